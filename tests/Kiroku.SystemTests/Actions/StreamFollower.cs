using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Follows the stream of any service that runs. Where one breaks off it goes on at the next, from the last position
/// that it has seen.
/// </summary>
internal sealed class StreamFollower(Func<Task<Cloud>> findService, string position)
{
    private readonly ConcurrentQueue<(string Position, JsonNode Action)> told = [];
    private string position = position;

    /// <summary>What was told, in order, each with its position.</summary>
    public IReadOnlyCollection<(string Position, JsonNode Action)> Told => told;

    /// <summary>How many streams have been opened.</summary>
    public int Opened { get; private set; }

    public async Task FollowAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using var answer = await Poll.ForAsync("a stream", OpenAsync);
            Opened++;
            try
            {
                await ReadAsync(answer, over);
            }
            catch (Exception e) when (e is IOException or HttpRequestException
                || (e is OperationCanceledException && over.IsCancellationRequested))
            {
            }
        }
    }

    private async Task<HttpResponseMessage?> OpenAsync()
    {
        var service = await findService();
        try
        {
            var answer = await service.OpenAsync($"/actions/v1/stream?after={position}");
            if (answer.IsSuccessStatusCode)
                return answer;
            // A service that has just started, or whose store does not answer at present.
            Assert.True((int)answer.StatusCode == 503, await answer.Content.ReadAsStringAsync());
            answer.Dispose();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        return null;
    }

    private async Task ReadAsync(HttpResponseMessage answer, CancellationToken over)
    {
        var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(over));
        await foreach (var item in events.EnumerateAsync(over))
        {
            position = item.EventId!;
            if (item.EventType == "action")
                told.Enqueue((position, JsonNode.Parse(item.Data)!));
        }
    }
}
