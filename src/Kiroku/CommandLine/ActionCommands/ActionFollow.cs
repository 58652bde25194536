using Kiroku.CommandLine.Clouds;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>
/// Follows the record from what runs now on. After a lost connection it goes on where it was, so that it misses
/// nothing; where the service cannot do that any more, it says so and begins again.
/// </summary>
internal sealed class ActionFollow
{
    private const int Gone = 410;

    /// <summary>Some times longer than the service ever is silent.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private readonly CloudWork work;
    private readonly ListQuery query;
    private readonly Action<string> note;
    private readonly Retrying retrying;
    private string? position;

    public ActionFollow(CloudWork work, ListQuery query, Action<string> note)
    {
        (this.work, this.query, this.note) = (work, query, note);
        retrying = new Retrying(note, work.Screen.Time);
    }

    /// <summary>Tells what runs, and then each change, for ever.</summary>
    public async Task RunAsync(Action<ToldAction> tell)
    {
        await RequireFilterAsync();
        await BeginAsync(tell);
        while (true)
        {
            await retrying.TryAsync(async () =>
            {
                if (position is null || !await FollowAsync(tell))
                    await BeginAsync(tell);
                return true;
            }, TimeSpan.MaxValue, work.Ended);
        }
    }

    /// <summary>Has the service refuse a wrong filter as it was typed, with the place in it that is wrong.</summary>
    private async Task RequireFilterAsync()
    {
        if (string.IsNullOrWhiteSpace(query.Filter))
            return;
        await foreach (var _ in work.Record.ListAsync(query with { PageSize = 1 }, work.Ended))
            break;
    }

    /// <summary>Tells what runs, and takes the position from which on changes are new.</summary>
    private async Task BeginAsync(Action<ToldAction> tell)
    {
        position = null;
        var running = query with
        {
            Filter = string.IsNullOrWhiteSpace(query.Filter) ? "done = false" : $"({query.Filter}) AND done = false",
            OldestFirst = true,
        };
        string? first = null;
        await foreach (var page in work.Record.ListAsync(running, work.Ended))
        {
            first ??= page.Position;
            foreach (var action in page.Actions)
                tell(action);
        }
        position = first;
    }

    /// <summary>Follows until the service ends the stream in good order.</summary>
    /// <returns>False if it cannot go on from the position that was told last.</returns>
    private async Task<bool> FollowAsync(Action<ToldAction> tell)
    {
        try
        {
            using var answer = await work.Record.FollowAsync(query, position, work.Ended);
            using var limit = new RequestLimit(Silence, work.Ended);
            return await limit.RunAsync(stop => ReadAsync(answer, tell, (limit, stop)));
        }
        catch (RefusedException e) when (e.Status == Gone)
        {
            note("the service cannot go on from where this was: its store was restored, or that is too long ago. "
                + "Changes may be missing; what runs is read anew");
            return false;
        }
    }

    private async Task<bool> ReadAsync(
        HttpResponseMessage answer, Action<ToldAction> tell, (RequestLimit Limit, CancellationToken Stop) silence)
    {
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(silence.Stop));
        while (await lines.ReadLineAsync(silence.Stop) is { } text)
        {
            silence.Limit.Prolong();
            if (text.Length == 0)
                continue;
            var line = ChangeLine.Of(text);
            retrying.Succeed();
            if (line.Action is { } action)
                tell(action);
            // Taken only now: what was not told would be lost otherwise.
            position = line.Position ?? position;
            if (line.IsEnd)
                return true;
        }
        throw new IOException("the stream broke off");
    }
}
