using System.Globalization;
using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>Pages of very much: what they take and how long they are has bounds.</summary>
public sealed class ManyRowsTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Flavor = """{"id":"42","name":"m1.nano","vcpus":1,"memory_mib":128,"disk_gib":1}""";

    private static readonly DateTime Begin = new(2026, 10, 1, 1, 0, 0, DateTimeKind.Utc);

    private Cloud Cloud => running.Cloud;

    private IDatabase Database => Cloud.App.Services.GetRequiredService<IDatabase>();

    [Fact]
    public async Task A_list_of_10_000_servers_takes_as_many_requests_as_one_of_a_hundred_and_is_as_long()
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        using var requests = new ApiRequests(Cloud.App);
        await AddServersAsync(100);
        var few = (Page: await client.GetAsync("/ui/servers"), Requests: requests.Take());
        await AddServersAsync(9_900);
        var many = (Page: await client.GetAsync("/ui/servers"), Requests: requests.Take());
        Assert.Equal((200, 50), (many.Page.Status, many.Page.Document.QuerySelectorAll(".servers tbody tr").Length));
        Assert.Equal(few.Requests, many.Requests);
        Assert.InRange(many.Requests.Count, 1, 4);
        Assert.InRange(many.Page.Html.Length, few.Page.Html.Length * 0.9, few.Page.Html.Length * 1.1);
        Assert.InRange(many.Page.Html.Length, 0, 100_000);
        var next = await client.GetAsync(many.Page.Find("a[rel=next]").GetAttribute("href")!);
        Assert.Equal((200, 50), (next.Status, next.Document.QuerySelectorAll(".servers tbody tr").Length));
        Assert.Equal(1, (await client.GetAsync("/ui/servers?name=vm-9899-")).Document
            .QuerySelectorAll(".servers tbody tr").Length);
    }

    [Fact]
    public async Task An_action_with_200_attempts_shows_the_first_and_the_last_and_all_when_asked()
    {
        var server = await Cloud.CreateServerAsync();
        var request = await AddActionAsync(server, Enumerable.Range(0, 200).Select(
            number => (TimeSpan.FromSeconds(number * 10), TimeSpan.FromSeconds(number * 10 + 4))));
        using var client = await PageClient.SignInAsync(Cloud.App);
        var path = $"/ui/servers/{server}/actions/{request}";
        var page = await client.GetAsync(path);
        Assert.InRange(page.Document.QuerySelectorAll(".timeline-row[data-result]").Length, 2, 30);
        var all = await client.GetAsync(page.Find(".timeline-more a").GetAttribute("href")!);
        Assert.Equal(200, all.Document.QuerySelectorAll(".timeline-row[data-result]").Length);
        Assert.Equal("Try 200", all.Document.QuerySelectorAll(".retry")[^1].TextContent);
        Assert.Null(all.Document.QuerySelector(".timeline-more"));
        foreach (var shown in new[] { page, all, await client.GetAsync($"/ui/servers/{server}") })
            AssertOnTheLine(shown);
        Assert.Contains("| 200 |", (await client.GetAsync($"{path}/report")).Html, StringComparison.Ordinal);
        Assert.Equal(200, (await client.GetAsync($"/ui/actions?filter=server.id%3D{server}")).Status);
    }

    [Fact]
    public async Task What_took_a_month_folds_the_time_in_which_nothing_was_tried()
    {
        var server = await Cloud.CreateServerAsync();
        // From the first try's end.
        var month = TimeSpan.FromDays(31) + TimeSpan.FromSeconds(2);
        var request = await AddActionAsync(
            server, [(TimeSpan.Zero, TimeSpan.FromSeconds(2)), (month, month + TimeSpan.FromSeconds(3))]);
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync($"/ui/servers/{server}/actions/{request}");
        Assert.Equal("31 d 0 h", page.Find(".title-took").TextContent);
        Assert.Contains(page.Document.QuerySelectorAll("text.fold-text"), text => text.TextContent == "⋯ 31 d");
        // Its seconds can be seen.
        Assert.All(page.Document.QuerySelectorAll("rect.bar"), bar => Assert.InRange(Percent(bar, "width"), 20, 80));
        AssertOnTheLine(page);
        AssertOnTheLine(await client.GetAsync($"/ui/servers/{server}"));
        Assert.Contains("31 d", (await client.GetAsync($"/ui/actions?filter=server.id%3D{server}")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_deleted_user_did_keeps_the_users_id()
    {
        var person = await People.AddAsync(Cloud.App, "leaver", "demo", "member");
        var server = await Cloud.CreateServerAsync();
        using var locked = await person.PostAsync($"/v2.1/servers/{server}/action", """{"lock":null}""");
        Assert.Equal(202, (int)locked.StatusCode);
        var request = (await Cloud.NewestActionAsync(server)).Action.RequestId;
        await Cloud.EndedAsync(server, request);
        var path = $"/ui/servers/{server}/actions/{request}";
        using var client = await PageClient.SignInAsync(Cloud.App);
        Assert.Contains("leaver", (await client.GetAsync(path)).Text, StringComparison.Ordinal);
        Assert.Equal(204, (await Cloud.Admin.AskAsync("DELETE", $"/identity/v3/users/{person.UserId}")).Status);
        foreach (var (shown, place) in new[]
        {
            (path, ".facts code"), ($"/ui/servers/{server}", ".history-what code"),
            ($"/ui/actions?filter=server.id%3D{server}", ".row-who bdi"),
        })
        {
            var page = await client.GetAsync(shown);
            Assert.Equal(200, page.Status);
            Assert.Contains(page.Document.QuerySelectorAll(place), found => found.TextContent == person.UserId);
            Assert.DoesNotContain("leaver", page.Html, StringComparison.Ordinal);
        }
        Assert.Contains($"`{person.UserId}`", (await client.GetAsync($"{path}/report")).Html, StringComparison.Ordinal);
    }

    private static void AssertOnTheLine(ShownPage page)
    {
        Assert.Equal(200, page.Status);
        Assert.NotEmpty(page.Document.QuerySelectorAll("rect.bar"));
        Assert.All(page.Document.QuerySelectorAll("rect.bar, rect.wait, rect.fold"), rect =>
        {
            Assert.InRange(Percent(rect, "x"), 0, 100);
            Assert.InRange(Percent(rect, "x") + Percent(rect, "width"), 0, 100.1);
        });
    }

    private static double Percent(AngleSharp.Dom.IElement element, string name)
        => double.Parse(element.GetAttribute(name)!.TrimEnd('%'), CultureInfo.InvariantCulture);

    private Task AddServersAsync(int count) => Database.WriteAsync(db => db.ExecuteAsync(
        """
        INSERT INTO servers (
            id, name, project_id, user_id, image_id, flavor, vm_state, created_at, updated_at, deleted)
        VALUES (@Id, @Name, @ProjectId, @UserId, @Image, @Flavor, @State, @Time, @Time, @Deleted)
        """, Enumerable.Range(0, count).Select(number => new
        {
            Id = Guid.NewGuid(),
            Name = $"vm-{number}-{count}",
            Cloud.Demo.ProjectId,
            Cloud.Demo.UserId,
            Cloud.Image,
            Flavor,
            State = VmStates.Stopped,
            Time = TimeProvider.System.UtcNow(),
            Deleted = false,
        })), TestContext.Current.CancellationToken);

    /// <summary>Adds an ended action whose tries at one step begin and end at times after its begin.</summary>
    private async Task<string> AddActionAsync(Guid server, IEnumerable<(TimeSpan From, TimeSpan To)> tries)
    {
        var request = $"req-{Guid.NewGuid()}";
        var events = tries.Select((span, index) => new EventRecord
        {
            Event = EventNames.Start,
            Attempt = index + 1,
            StartTime = Begin + span.From,
            FinishTime = Begin + span.To,
            Result = EventResults.Error,
        }).ToList();
        events[^1] = events[^1] with { Result = EventResults.Success };
        var end = events[^1].FinishTime!.Value;
        // Newest first, as the store has them.
        events.Reverse();
        await Database.WriteAsync(db => db.ExecuteAsync(RecordRow.InsertFirst, RecordRow.Of(new RecordedAction(
            new ActionRecord
            {
                ServerId = server,
                RequestId = request,
                Action = ActionNames.Start,
                UserId = Cloud.Demo.UserId,
                ProjectId = Cloud.Demo.ProjectId,
                StartTime = Begin,
                UpdatedAt = end,
                FinishTime = end,
                Outcome = Outcomes.SucceededAfterRetries,
            }, events))), TestContext.Current.CancellationToken);
        return request;
    }
}
