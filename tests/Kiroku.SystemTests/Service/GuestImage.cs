namespace Kiroku.SystemTests.Service;

/// <summary>The small guest: named by the environment, else where the repository's own build puts it.</summary>
internal static class GuestImage
{
    public static string File { get; } = BuiltFiles.Find("KIROKU_GUEST_IMAGE", "guest.qcow2");
}
