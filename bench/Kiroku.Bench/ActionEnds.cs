using System.Collections.Concurrent;

namespace Kiroku.Bench;

/// <summary>
/// Hears of the ends of all actions by one stream: many clients that poll take the processor time that is to be
/// measured.
/// </summary>
internal sealed class ActionEnds : IAsyncDisposable
{
    private const string Path = "/actions/v1/stream?filter=done%20%3D%20true";
    private const string Request = "\"request_id\":\"";
    private const int RequestLength = 40;

    private readonly CancellationTokenSource over = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> ends = [];
    private Task following = Task.CompletedTask;

    /// <summary>Returns when the stream has begun.</summary>
    public static async Task<ActionEnds> FollowAsync(HttpClient http)
    {
        var lines = await StreamedLines.OpenAsync(http, Path);
        var followed = new ActionEnds();
        followed.following = Task.Run(() => followed.ReadAsync(lines));
        return followed;
    }

    /// <summary>Waits for an action's end, and returns whether it succeeded.</summary>
    public async Task<bool> WaitAsync(string request)
    {
        var succeeded = await await Task.WhenAny(Of(request).Task, EndOfStreamAsync());
        ends.TryRemove(request, out _);
        return succeeded;
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.Dispose();
    }

    private async Task ReadAsync(StreamedLines lines)
    {
        using var opened = lines;
        while (await lines.NextAsync(over.Token) is { } line)
        {
            if (line.IndexOf(Request, StringComparison.Ordinal) is >= 0 and var at)
                Of(line.Substring(at + Request.Length, RequestLength)).TrySetResult(line.Contains("\"outcome\":\"succeeded", StringComparison.Ordinal));
        }
    }

    private async Task<bool> EndOfStreamAsync()
    {
        await following;
        throw new InvalidOperationException("The stream has ended.");
    }

    private TaskCompletionSource<bool> Of(string request)
        => ends.GetOrAdd(request, _ => new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
}
