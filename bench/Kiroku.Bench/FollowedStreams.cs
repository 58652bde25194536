using System.Text;

namespace Kiroku.Bench;

/// <summary>Many streams of one service, read as fast as they come. Each counts what it is told.</summary>
internal sealed class FollowedStreams : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly CancellationTokenSource over = new();
    private readonly HttpClient http;
    private readonly List<FollowedStream> streams = [];
    private readonly List<Task> following = [];

    private FollowedStreams(HttpClient http) => this.http = http;

    public IReadOnlyList<FollowedStream> Streams => streams;

    public long Bytes => streams.Sum(stream => stream.Bytes);

    public long Lines => streams.Sum(stream => stream.Lines);

    /// <summary>Opens streams, and returns when each has been told its first line.</summary>
    public static async Task<FollowedStreams> OpenAsync(Uri address, string token, string path, int count)
    {
        var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Add("X-Auth-Token", token);
        http.DefaultRequestHeaders.Add("Accept", "application/x-ndjson");
        var opened = new FollowedStreams(http);
        while (opened.streams.Count < count)
            await opened.OpenAsync(path);
        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await Task.WhenAll(following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Dispose();
        over.Dispose();
    }

    private async Task OpenAsync(string path)
    {
        var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        var (stream, begun) = (new FollowedStream(), new TaskCompletionSource());
        streams.Add(stream);
        following.Add(Task.Run(async () =>
        {
            using (answer)
                await ReadAsync(await answer.Content.ReadAsStreamAsync(over.Token), stream, begun);
        }));
        await begun.Task;
    }

    private async Task ReadAsync(Stream body, FollowedStream stream, TaskCompletionSource begun)
    {
        var (buffer, filled) = (new byte[BufferSize], 0);
        for (int count; (count = await body.ReadAsync(buffer.AsMemory(filled), over.Token)) > 0;)
        {
            filled += count;
            var used = stream.Take(buffer.AsSpan(0, filled));
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            begun.TrySetResult();
        }
    }
}

/// <summary>What one stream has been told.</summary>
internal sealed class FollowedStream
{
    private const int RequestLength = 40;
    private readonly HashSet<string> ended = [];
    private long twice;

    public long Bytes { get; private set; }

    public long Lines { get; private set; }

    /// <summary>How many ends it was told more than once.</summary>
    public long Twice => Interlocked.Read(ref twice);

    /// <summary>How many of these requests' ends it has not been told.</summary>
    public int CountMissing(IReadOnlyCollection<string> requests)
    {
        lock (ended)
            return requests.Count(request => !ended.Contains(request));
    }

    /// <summary>Takes the whole lines, and returns their length.</summary>
    public int Take(ReadOnlySpan<byte> text)
    {
        var used = 0;
        for (int length; (length = text[used..].IndexOf((byte)'\n') + 1) > 0; used += length)
            TakeLine(text.Slice(used, length));
        Bytes += used;
        return used;
    }

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        Lines++;
        if (line.IndexOf("\"done\":true"u8) < 0)
            return;
        var request = Encoding.ASCII.GetString(line[(line.IndexOf("\"request_id\":\""u8) + 14)..][..RequestLength]);
        lock (ended)
        {
            if (!ended.Add(request))
                twice++;
        }
    }
}
