using System.Runtime.InteropServices;

namespace Kiroku.Cluster;

/// <summary>Ends the process, saying why. In tests, where many services share one, it does not.</summary>
internal delegate void EndProcess(string why);

/// <summary>
/// Ends a node at once when the others count it as dead, or when its engine failed: until then its grains would work on
/// beside those that took their place.
/// </summary>
internal sealed partial class LostMembership(EndProcess end) : IFatalErrorHandler
{
    private const int Failed = 1;

    /// <summary>Ends the process without handlers, without waiting for threads, and without writing logs.</summary>
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
