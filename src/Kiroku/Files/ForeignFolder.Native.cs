using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Files;

/// <content>System calls that .NET does not offer. They work relative to a folder's descriptor and follow no
/// links.</content>
internal sealed partial class ForeignFolder
{
    private const int Here = -100;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int NoPermission = 13;
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int Exists = 17;
    private const int NotFolder = 20;
    private const int IsFolder = 21;
    private const int IsLink = 40;
    private const int WhenMade = 0x1c0;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64
        or Architecture.Arm;
    private static readonly int FolderOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private int Descriptor => (int)handle.DangerousGetHandle();

    // A link of our own may lead to the first folder; below it, no link is followed.
    private static SafeFileHandle OpenAt(int folder, string name, string shown, int flags)
    {
        var opened = openat(folder, name, flags | CloseOnExec | (folder == Here ? 0 : NoFollow));
        if (opened >= 0) return new SafeFileHandle(opened, ownsHandle: true);
        throw Failed(shown, "open", folder == Here);
    }

    private static void Change(SafeFileHandle folder, (uint User, uint Group)? owner, UnixFileMode mode)
    {
        var descriptor = (int)folder.DangerousGetHandle();
        if (owner is { } wanted && fchown(descriptor, wanted.User, wanted.Group) != 0) throw Failed(
            PathOf(folder), "give away");
        if (fchmod(descriptor, (uint)mode) != 0) throw Failed(PathOf(folder), "set the mode of");
    }

    private void MakeAt(string name)
    {
        if (mkdirat(Descriptor, name, WhenMade) != 0 && Marshal.GetLastPInvokeError() != Exists) throw Failed(
            Of(name), "make");
    }

    private void DeleteAt(string name)
    {
        if (unlinkat(Descriptor, name, 0) != 0
            && Marshal.GetLastPInvokeError() is not (NoEntry or IsFolder or NotFolder))
            throw Failed(Of(name), "remove");
    }

    private static Exception Failed(string shown, string what, bool isFolder = false)
    {
        var reason = new Win32Exception(Marshal.GetLastPInvokeError());
        var message = $"Cannot {what} {shown}: {reason.Message}";
        return reason.NativeErrorCode switch
        {
            NoEntry when isFolder => new DirectoryNotFoundException(message),
            NoEntry => new FileNotFoundException(message),
            NotFolder or IsLink => new ForeignFileException($"{shown} is a link, or no folder"),
            NoPermission or NotPermitted => new UnauthorizedAccessException(message),
            _ => new IOException(message, reason),
        };
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int folder, string name, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(int folder, string name, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat(int folder, string name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(int file, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int file, uint mode);
}
