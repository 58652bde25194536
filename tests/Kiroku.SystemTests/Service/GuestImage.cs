namespace Kiroku.SystemTests.Service;

/// <summary>The small guest's image: named by the environment, or in the place where the repository's build puts
/// it.</summary>
internal static class GuestImage
{
    public static string File { get; } = BuiltFiles.Find("KIROKU_GUEST_IMAGE", "guest.qcow2");
}
