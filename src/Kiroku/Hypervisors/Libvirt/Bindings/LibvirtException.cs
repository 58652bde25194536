using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>libvirt's own error, before it is put into our words.</summary>
internal sealed partial class LibvirtException(int code, string message, int number = 0) : Exception(message)
{
    public const int NoSupport = 3;
    public const int NoConnect = 5;
    public const int InvalidArgument = 8;
    public const int SystemError = 38;
    public const int RpcError = 39;
    public const int NoMachine = 42;
    public const int NoNetwork = 43;
    public const int NoPool = 49;
    public const int NoVolume = 50;
    public const int OperationInvalid = 55;
    public const int ConfigurationUnsupported = 67;

    private const int OutOfSpace = 28;
    private const int OutOfQuota = 122;

    public int Code { get; } = code;

    /// <summary>Whether every later attempt to connect would fail in the same way.</summary>
    public bool RulesOutConnecting => Code is NoSupport or NoConnect or InvalidArgument;

    public HypervisorFailure Failure => this switch
    {
        { Code: SystemError } when number is OutOfSpace or OutOfQuota => HypervisorFailure.NoSpace,
        _ when Message.Contains("No space left on device", StringComparison.Ordinal) => HypervisorFailure.NoSpace,
        _ when Message.Contains("Disk quota exceeded", StringComparison.Ordinal) => HypervisorFailure.NoSpace,
        { Code: RpcError } => HypervisorFailure.Unavailable,
        { Code: NoSupport or ConfigurationUnsupported } => HypervisorFailure.NotSupported,
        _ => HypervisorFailure.Failed,
    };

    /// <summary>
    /// The last error of this thread. The next call to libvirt, also one made by a Dispose, forgets it.
    /// </summary>
    public static unsafe LibvirtException Read()
    {
        var error = virGetLastError();
        if (error == null)
            return new LibvirtException(1, "libvirt failed and does not say why");
        var text = Marshal.PtrToStringUTF8((nint)error->Message) ?? "no text";
        return new LibvirtException(error->Code, text, error->Number1);
    }

    /// <summary>Throws the last error if the call returned a negative number.</summary>
    public static int Check(int result) => result < 0 ? throw Read() : result;

    /// <summary>Throws the last error if the call returned nothing.</summary>
    public static T Check<T>(T handle) where T : LibvirtHandle => handle.IsInvalid ? throw Read() : handle;

    [LibraryImport(LibvirtLibrary.Name)]
    private static unsafe partial ErrorInfo* virGetLastError();

    /// <summary>libvirt's virError.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct ErrorInfo
    {
        public int Code;
        public int Domain;
        public byte* Message;
        public int Level;
        public nint Connect;
        public nint Machine;
        public nint Text1;
        public nint Text2;
        public nint Text3;
        public int Number1;
        public int Number2;
    }
}
