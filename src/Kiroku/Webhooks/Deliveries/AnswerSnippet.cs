using System.Text;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>Reads the beginning of a receiver's answer, which may be endless or never come.</summary>
internal static class AnswerSnippet
{
    private const int MostBytes = 2048;
    private const int MostCharacters = 256;

    /// <summary>The status is what counts, and is there: not much time is spent on the rest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>Null if there is nothing to show.</returns>
    public static async Task<string?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var (buffer, length) = (new byte[MostBytes], 0);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
            int read;
            while (length < buffer.Length && (read = await body.ReadAsync(buffer.AsMemory(length), limit.Token)) > 0)
                length += read;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // What came before is shown.
        }
        return Show(Encoding.UTF8.GetString(buffer, 0, length));
    }

    /// <summary>Without what would deceive a reader of a log or a terminal.</summary>
    private static string? Show(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().TakeWhile(_ => shown.Length < MostCharacters))
            shown.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization
                .UnicodeCategory.Format ? " " : rune.ToString());
        return shown.ToString().Trim() is { Length: > 0 } some ? some : null;
    }
}
