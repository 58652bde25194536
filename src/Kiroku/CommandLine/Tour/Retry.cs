using System.Text.Json.Nodes;
using Kiroku.Actions;

namespace Kiroku.CommandLine.Tour;

/// <summary>
/// The tour's retry: a start while the server's disk is away. Its first attempt fails, and one after the disk is back
/// succeeds; the record has both.
/// </summary>
internal sealed class Retry(Cloud cloud, TouredServer server, string folder, TimeProvider time)
{
    private static readonly TimeSpan FailureTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    public static readonly Stage Stop = new(ActionNames.Stop, "")
    {
        Key = "os-stop",
        Status = "SHUTOFF",
        Events = [new(EventNames.Stop)],
        Guest = GuestTells.PowerOff,
    };

    public static readonly Stage Start = new(ActionNames.Start,
        "its disk is away for a moment, so that the first attempt fails and is made again")
    {
        Key = "os-start",
        Status = "ACTIVE",
        Events = [new(EventNames.Start)],
        Guest = GuestTells.NewBoot,
        GuestFlavor = Stage.Micro,
    };

    /// <summary>Starts the server, which is stopped, and waits until the action has ended.</summary>
    /// <returns>The request's id.</returns>
    public async Task<string> RunAsync(Action<string> tell, CancellationToken cancellationToken)
    {
        string requestId;
        using (new AwayDisk(folder, server.Id))
        {
            requestId = await server.ActAsync(Start, cancellationToken);
            await WaitForFailureAsync(requestId, cancellationToken);
        }
        await server.WaitForAsync(Start.Status, tell, requestId, cancellationToken);
        return requestId;
    }

    /// <summary>The action's document in the live record.</summary>
    public async Task<JsonNode> ReadAsync(string requestId, CancellationToken cancellationToken)
        => await cloud.GetAsync($"/actions/v1/servers/{server.Id}/actions/{requestId}", cancellationToken);

    /// <summary>What differs from a start that succeeded after retries, in the live record and in Nova's; empty if
    /// nothing does.</summary>
    public static IEnumerable<string> Compare(JsonNode action, Record record)
    {
        if ((string?)action["outcome"] != Outcomes.SucceededAfterRetries)
            yield return $"expected the outcome {Outcomes.SucceededAfterRetries}, came {action["outcome"]}";
        var attempts = action["attempts"]!.AsArray();
        foreach (var (i, attempt) in attempts.Index())
        {
            var result = i < attempts.Count - 1 ? "Error" : "Success";
            if ((string?)attempt!["event"] != EventNames.Start || (int?)attempt["attempt"] != i + 1
                || (string?)attempt["result"] != result)
                yield return $"expected attempt {i + 1} of {EventNames.Start} to be {result}, came "
                    + attempt.ToJsonString();
            if (result == "Error" && (attempt["reason_code"] is null || attempt["details"] is null))
                yield return $"expected the reason why attempt {i + 1} failed, came {attempt.ToJsonString()}";
        }
        if (attempts.Count < 2)
            yield return $"expected at least two attempts, came {attempts.Count}";
        // Nova's record has the newest first.
        var (ours, novas) = (attempts.Reverse().Select(attempt => $"{attempt!["event"]} {attempt["result"]}").ToList(),
            record.Events.Select(e => $"{e.Name} {e.Result}").ToList());
        if (!ours.SequenceEqual(novas))
            yield return $"expected the events {string.Join(", ", ours)}, came {string.Join(", ", novas)}";
    }

    private async Task WaitForFailureAsync(string requestId, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var action = await ReadAsync(requestId, cancellationToken);
            if (action["attempts"]!.AsArray().Any(attempt => (string?)attempt!["result"] == "Error"))
                return;
            if ((bool)action["done"]! || time.GetElapsedTime(began) > FailureTimeout)
                throw new TourException($"expected an attempt to fail without the disk, came {action.ToJsonString()}");
            await Task.Delay(LookInterval, time, cancellationToken);
        }
    }
}
