using System.Net;
using System.Text.Json.Nodes;
using Kiroku.CommandLine.Tour;
using Record = Kiroku.CommandLine.Tour.Record;

namespace Kiroku.Tests.CommandLine;

/// <summary>How the tour has a disk away for a moment, and what it takes for a retry that left the right
/// record.</summary>
public sealed class TourRetryTests : IDisposable
{
    private const string Server = "65818b0c-b116-43c5-ab91-2bb6dee986ab";

    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    private string Disk => Path.Combine(folder, "volumes", $"disk-{Server}-3");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_disk_is_back_as_it_was_whatever_happens_while_it_is_away()
    {
        MakeDisk();
        Assert.Throws<OperationCanceledException>(WithoutDisk);
        Assert.Equal("content", File.ReadAllText(Disk));
        Assert.Single(Directory.GetFileSystemEntries(folder));

        void WithoutDisk()
        {
            using var away = new AwayDisk(folder, Server);
            Assert.False(File.Exists(Disk));
            throw new OperationCanceledException();
        }
    }

    [Fact]
    public void A_server_without_its_one_disk_ends_the_tour_and_moves_nothing()
    {
        Assert.Throws<TourException>(() => new AwayDisk(folder, Server));
        MakeDisk();
        File.WriteAllText($"{Disk}4", "another");
        Assert.Throws<TourException>(() => new AwayDisk(folder, Server));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder, "volumes")).Length);
    }

    [Theory]
    [InlineData("succeeded_after_retries", "Error Success")]
    [InlineData("succeeded_after_retries", "Error Error Success")]
    public void A_record_with_every_attempt_is_right(string outcome, string results)
        => Assert.Empty(Retry.Compare(Action(outcome, results.Split(' ')), Nova(results.Split(' '))));

    [Theory]
    [InlineData("succeeded", "Success", "Success", "expected the outcome")]
    [InlineData("succeeded_after_retries", "Success", "Success", "expected at least two attempts")]
    [InlineData("failed", "Error Error", "Error Error", "to be Success")]
    [InlineData("succeeded_after_retries", "Success Success", "Success Success", "to be Error")]
    [InlineData("succeeded_after_retries", "Error Success", "Success", "expected the events")]
    public void A_record_that_lacks_an_attempt_or_its_end_is_not(
        string outcome, string results, string novas, string says)
        => Assert.Contains(Retry.Compare(Action(outcome, results.Split(' ')), Nova(novas.Split(' '))),
            difference => difference.Contains(says, StringComparison.Ordinal));

    [Fact]
    public void A_record_that_does_not_say_why_an_attempt_failed_is_not()
    {
        var action = Action("succeeded_after_retries", ["Error", "Success"]);
        action["attempts"]![0]!.AsObject().Remove("reason_code");
        Assert.Contains("expected the reason why attempt 1 failed",
            Assert.Single(Retry.Compare(action, Nova(["Error", "Success"]))), StringComparison.Ordinal);
    }

    private static JsonObject Action(string outcome, string[] results)
    {
        var attempts = new JsonArray();
        foreach (var (i, result) in results.Index())
        {
            var attempt = new JsonObject
            {
                ["event"] = "compute_start_instance",
                ["attempt"] = i + 1,
                ["result"] = result,
            };
            if (result == "Error")
                (attempt["reason_code"], attempt["details"]) = ("hypervisor", "The machine did not start.");
            attempts.Add(attempt);
        }
        return new JsonObject { ["outcome"] = outcome, ["attempts"] = attempts };
    }

    /// <summary>Nova's form, which has the newest event first.</summary>
    private static Record Nova(string[] results)
    {
        const string Time = "2026-11-29T23:02:35.278281";
        var events = new JsonArray([.. results.Reverse().Select(result => new JsonObject
        {
            ["event"] = "compute_start_instance",
            ["start_time"] = Time,
            ["finish_time"] = Time,
            ["result"] = result,
        })]);
        var action = new JsonObject { ["instanceAction"] = new JsonObject { ["events"] = events } };
        var none = new Dictionary<string, string>();
        return new Record(new Answer("GET", HttpStatusCode.OK, none, action.ToJsonString()));
    }

    private void MakeDisk()
    {
        Directory.CreateDirectory(Path.Combine(folder, "volumes"));
        File.WriteAllText(Disk, "content");
    }
}
