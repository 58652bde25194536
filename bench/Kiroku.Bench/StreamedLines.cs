namespace Kiroku.Bench;

/// <summary>A stream of actions as newline-delimited JSON, from its first action on.</summary>
internal sealed class StreamedLines : IDisposable
{
    private readonly HttpResponseMessage answer;
    private readonly StreamReader lines;

    private StreamedLines(HttpResponseMessage answer, StreamReader lines) => (this.answer, this.lines) = (answer, lines);

    /// <summary>Returns when the stream has begun.</summary>
    public static async Task<StreamedLines> OpenAsync(HttpClient http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "application/x-ndjson" } } };
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        // The first line is a bookmark.
        await lines.ReadLineAsync();
        return new StreamedLines(answer, lines);
    }

    /// <summary>The next line; null at the stream's end.</summary>
    public ValueTask<string?> NextAsync(CancellationToken cancellationToken) => lines.ReadLineAsync(cancellationToken);

    public void Dispose()
    {
        lines.Dispose();
        answer.Dispose();
    }
}
