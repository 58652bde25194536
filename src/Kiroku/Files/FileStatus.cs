using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Files;

/// <summary>A file's owner, kind and number of names, from a system call that .NET does not offer.</summary>
internal readonly partial record struct FileStatus(uint Owner, uint Group, uint Links, int Mode)
{
    private const int Here = -100;
    private const int NoFollow = 0x100;
    private const int OfHandle = 0x1000;
    private const uint Basic = 0x7ff;
    private const int Kinds = 0xf000;
    private const int RegularFile = 0x8000;
    private const int SocketFile = 0xc000;
    private const int LinkFile = 0xa000;

    /// <summary>The account that this process runs as.</summary>
    public static uint Self => geteuid();

    /// <summary>The group that this process runs as.</summary>
    public static uint SelfGroup => getegid();

    public bool IsRegular => (Mode & Kinds) == RegularFile;

    public bool IsSocket => (Mode & Kinds) == SocketFile;

    public bool IsLink => (Mode & Kinds) == LinkFile;

    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0xfff);

    public static FileStatus Of(SafeFileHandle file) => Of((int)file.DangerousGetHandle(), "", OfHandle);

    /// <summary>The status of the file at a path. Links are followed.</summary>
    public static FileStatus Of(string path) => Of(Here, path, 0);

    /// <summary>The status of whatever is at a path. A link is not followed.</summary>
    public static FileStatus OfItself(string path) => Of(Here, path, NoFollow);

    private static unsafe FileStatus Of(int folder, string path, int flags)
    {
        Raw raw;
        if (statx(folder, path, flags, Basic, &raw) == 0) return new FileStatus(
            raw.Owner, raw.Group, raw.Links, raw.Mode);
        throw new IOException($"Cannot look at {path}.", new Win32Exception(Marshal.GetLastPInvokeError()));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, Raw* status);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial uint getegid();

    /// <summary>Linux's struct statx. Its layout is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Raw
    {
        [FieldOffset(16)]
        public uint Links;
        [FieldOffset(20)]
        public uint Owner;
        [FieldOffset(24)]
        public uint Group;
        [FieldOffset(28)]
        public ushort Mode;
    }
}
