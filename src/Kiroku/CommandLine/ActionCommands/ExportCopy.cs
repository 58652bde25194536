using System.Globalization;
using Kiroku.CommandLine.Clouds;
using Spectre.Console;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>Copies an export as it comes, and shows how far it is.</summary>
internal sealed class ExportCopy(CloudWork work, HttpResponseMessage answer, string format)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>The service may read through very many actions to find the next that fulfils a filter.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    /// <returns>How many actions it holds.</returns>
    /// <exception cref="UsageException">It broke off.</exception>
    public async Task<long> RunAsync(Stream output)
    {
        try
        {
            var count = work.Screen.IsTerminal
                ? await work.Screen.Console.Status().StartAsync("…", status => CopyAsync(output, bytes => status.Status(
                    string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"))))
                : await CopyAsync(output, _ => { });
            return count ?? throw new UsageException("the export broke off: its last line is missing");
        }
        catch (Exception e)
            when (e is HttpRequestException or TimeoutException or InvalidDataException)
        {
            throw new UsageException($"the export broke off: {e.Message.TrimEnd('.')}", e);
        }
    }

    private async Task<long?> CopyAsync(Stream output, Action<long> tell)
    {
        var end = new ExportEnd(format);
        var buffer = new byte[BufferSize];
        await using var input = await answer.Content.ReadAsStreamAsync(work.Ended);
        using var limit = new RequestLimit(Silence, work.Ended);
        for (var copied = 0L; ;)
        {
            var count = await limit.RunAsync(stop => ReadAsync(input, buffer, stop));
            if (count == 0)
                break;
            limit.Prolong();
            await output.WriteAsync(buffer.AsMemory(0, count), work.Ended);
            end.Take(buffer.AsSpan(0, count));
            tell(copied += count);
        }
        return end.Count;
    }

    /// <summary>A failure here is the connection's, and none of the file's.</summary>
    private static async Task<int> ReadAsync(Stream input, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await input.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw new HttpRequestException(e.Message, e);
        }
    }
}
