using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kiroku.Tests.NovaAnswers;

/// <summary>
/// Compares one of our answers with Nova's: status, headers, keys and their order, nulls, and every value that does
/// not depend on the server, run or machine.
/// </summary>
internal sealed partial class Comparison(string what)
{
    /// <summary>Keys whose values depend on the run, so that only their form is compared.</summary>
    private static readonly string[] OfTheRun =
    [
        "adminPass", "created", "disk", "hostId", "host", "id", "instance_uuid", "name", "original_name", "project_id",
        "ram",
        "request_id", "start_time", "finish_time", "tenant_id", "updated", "updated_at", "user_id", "vcpus",
        "OS-SRV-USG:launched_at",
        "x-openstack-request-id", "x-compute-request-id", "location", "href",
    ];

    public List<string> Differences { get; } = [];

    public void Of(Answer nova, Answer ours)
    {
        if (nova.Status != ours.Status)
            Differences.Add($"{what}: status {ours.Status} instead of {nova.Status}");
        var (theirs, own) = (nova.Headers.Select(h => h.Name), ours.Headers.Select(h => h.Name));
        if (!theirs.SequenceEqual(own))
            Differences.Add($"{what}: headers {string.Join(' ', own)} instead of {string.Join(' ', theirs)}");
        else
            foreach (var (their, our) in nova.Headers.Zip(ours.Headers))
                OfValues(their.Name, their.Name, their.Value, our.Value);
        OfNodes("", "", nova.Body, ours.Body);
    }

    private void OfNodes(string path, string key, JsonNode? nova, JsonNode? ours)
    {
        switch (nova, ours)
        {
            case (JsonObject theirs, JsonObject own):
                OfObjects(path, theirs, own);
                break;
            case (JsonArray theirs, JsonArray own) when key == "events":
                OfEvents(path, theirs, own);
                break;
            case (JsonArray theirs, JsonArray own):
                if (theirs.Count != own.Count)
                    Differences.Add($"{what}: {path} has {own.Count} items instead of {theirs.Count}");
                foreach (var (their, our) in theirs.Zip(own))
                    OfNodes($"{path}[]", key, their, our);
                break;
            default:
                OfValues(path, key, nova?.ToString(), ours?.ToString());
                if (nova?.GetValueKind() != ours?.GetValueKind() && nova is not null && ours is not null)
                    Differences.Add($"{what}: {path} is a {ours.GetValueKind()} instead of a {nova.GetValueKind()}");
                break;
        }
    }

    private void OfObjects(string path, JsonObject nova, JsonObject ours)
    {
        var (theirs, own) = (nova.Select(pair => pair.Key).ToList(), ours.Select(pair => pair.Key).ToList());
        Differences.AddRange(theirs.Except(own).Select(missing => $"{what}: {path} lacks {missing}"));
        Differences.AddRange(own.Except(theirs).Select(added => $"{what}: {path} adds {added}"));
        if (!theirs.Intersect(own).SequenceEqual(own.Intersect(theirs)))
            Differences.Add($"{what}: {path} has its keys in the order {string.Join(' ', own)} instead of "
                + $"{string.Join(' ', theirs)}");
        foreach (var key in theirs.Intersect(own))
            OfNodes($"{path}/{key}", key, nova[key], ours[key]);
    }

    /// <summary>Compares events: each of ours must look like one of Nova's, whichever events there are.</summary>
    private void OfEvents(string path, JsonArray nova, JsonArray ours)
    {
        var (theirs, own) = (nova.Select(e => (string)e!["event"]!), ours.Select(e => (string)e!["event"]!));
        if (!theirs.SequenceEqual(own))
            Differences.Add($"{what}: {path} are {string.Join(' ', own)} instead of {string.Join(' ', theirs)}");
        foreach (var e in ours)
        {
            var like = nova.FirstOrDefault(other => (string)other!["event"]! == (string)e!["event"]!) ?? nova[0];
            var their = like!.DeepClone();
            their["event"] = (string)e!["event"]!;
            OfNodes($"{path}[]", "event", their, e);
        }
    }

    private void OfValues(string path, string key, string? nova, string? ours)
    {
        var same = OfTheRun.Contains(key) ? FormOf(nova) == FormOf(ours) : Anonymous(nova) == Anonymous(ours);
        if (!same)
            Differences.Add($"{what}: {path} is {ours ?? "null"} instead of {nova ?? "null"}");
    }

    /// <summary>The form of an id, a time or a word: all digits count as equal, and so do all words.</summary>
    private static string? FormOf(string? text) => Anonymous(text) switch
    {
        null => null,
        var time when Times().IsMatch(time) => Digits().Replace(time, "0"),
        var other when other.Contains("ID", StringComparison.Ordinal) => other,
        "" => "",
        _ => "word",
    };

    /// <summary>Removes the ids and the address that depend on the run.</summary>
    private static string? Anonymous(string? text)
        => text is null ? null : Addresses().Replace(Ids().Replace(text, "ID"), "BASE");

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{56}|[0-9a-f]{32}")]
    private static partial Regex Ids();

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex Addresses();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T")]
    private static partial Regex Times();

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digits();
}
