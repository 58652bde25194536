using System.Runtime.InteropServices;

namespace Kiroku.Cluster;

/// <summary>Ends the process, saying why. In tests, where many services share one, it does not.</summary>
internal delegate void EndProcess(string why);

/// <summary>
/// What becomes of a node that the others count as dead, or whose engine failed: it ends at once, because until then
/// its grains would work on beside those that took their place.
/// </summary>
internal sealed partial class LostMembership(EndProcess end) : IFatalErrorHandler
{
    private const int Failed = 1;

    /// <summary>Leaves no time for anything: no handlers, no threads to wait for, no log to be written.</summary>
    public static void EndNow(string why)
    {
        Console.Error.WriteLine($"kiroku: {why.ReplaceLineEndings(" ")}");
        Exit(Failed);
    }

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception) => end(exception is null
        ? "the other nodes count this one as dead, so it ends; started again it joins them"
        : $"the cluster engine failed, so this node ends ({context}): {exception}");

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
