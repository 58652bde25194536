using System.Text.Json.Nodes;

namespace Kiroku.Tests.Webhooks;

/// <summary>The routes of subscriptions: what they answer to whom.</summary>
public sealed class SubscriptionsApiTests : IAsyncLifetime
{
    private const string Path = HookCloud.Path;
    private HookCloud hooks = null!;

    private TestUser Demo => hooks.Demo;

    private TestUser Admin => hooks.Cloud.Admin;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync(("Webhooks:MaxPerProject", "5"));

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Fact]
    public async Task A_subscription_is_made_shown_listed_changed_and_deleted()
    {
        using var answer = await Demo.PostAsync(
            Path,
            $$"""
            {"url":"{{hooks.Receiver.Url}}","filter":"outcome = failed","events":["ended","begun"],"description":"mine"}
            """);
        Assert.Equal(201, (int)answer.StatusCode);
        var made = (await TestApp.JsonAsync(answer)).AsObject();
        Assert.Equal($"{answer.Headers.Location}", (string)made["links"]!["self"]!);
        Assert.StartsWith("whsec_", (string)made["secret"]!, StringComparison.Ordinal);
        made.Remove("secret");
        Assert.Equal(
            [
                "id", "project_id", "all_projects", "user_id", "url", "filter", "events", "description", "enabled",
                "failing_since", "created_time", "updated_time", "links",
            ], made.Select(pair => pair.Key));
        Assert.Equal((Demo.ProjectId, Demo.UserId), ((string)made["project_id"]!, (string)made["user_id"]!));
        Assert.Equal("""["begun","ended"]""", made["events"]!.ToJsonString());
        Assert.Equal(made.ToJsonString(), (await hooks.ShowAsync(made)).ToJsonString());
        var list = await Demo.GetJsonAsync(Path);
        Assert.Equal(made.ToJsonString(), Assert.Single(list["subscriptions"]!.AsArray())!.ToJsonString());

        var (status, changed) = await Demo.AskAsync(
            "PATCH", Of(made), """{"filter":"","events":["ended"],"description":null,"enabled":false}""");
        Assert.Equal(200, status);
        Assert.Equal(
            ("", """["ended"]""", null, false),
            ((string)changed!["filter"]!, changed["events"]!.ToJsonString(), (string?)changed["description"],
                (bool)changed["enabled"]!));
        Assert.Equal((200, 204, 404), (
            (await Demo.AskAsync("PATCH", Of(made), "{}")).Status, (await Demo.AskAsync("DELETE", Of(made))).Status,
            (await Demo.AskAsync("DELETE", Of(made))).Status));
        Assert.Empty((await Demo.GetJsonAsync(Path))["subscriptions"]!.AsArray());
    }

    [Theory]
    [InlineData("x:99999")]
    [InlineData("[::::]")]
    public async Task A_Host_header_that_is_no_address_makes_no_subscription(string host)
    {
        using var answer = await Demo.PostAsync(Path, $$"""{"url":"{{hooks.Receiver.Url}}"}""", ("Host", host));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Empty((await Demo.GetJsonAsync(Path))["subscriptions"]!.AsArray());
    }

    public static TheoryData<string, string, string> WrongBodies => new()
    {
        { """{}""", "bad-request", "'url' is a required property" },
        { """[]""", "bad-request", "Malformed request body" },
        { """{"url":1}""", "bad-request", "is not of type 'string'" },
        { """{"url":"URL","colour":"red"}""", "bad-request", "colour" },
        { """{"url":"URL","events":[]}""", "bad-request", "events" },
        { """{"url":"URL","events":["ended","ended"]}""", "bad-request", "events" },
        { """{"url":"URL","events":["gone"]}""", "bad-request", "is not one of" },
        { """{"url":"URL","events":"ended"}""", "bad-request", "is not of type 'array'" },
        { """{"url":"URL","enabled":"yes"}""", "bad-request", "is not of type 'boolean'" },
        { """{"url":"URL","secret":"whsec_AAAA"}""", "bad-request", "secret" },
        { """{"url":"URL","filter":"outcome = lost"}""", "invalid-filter", "column 11" },
        { """{"url":"URL","filter":null}""", "bad-request", "filter" },
        { """{"url":"ftp://hooks.example/"}""", "invalid-url", "url is an http or https address" },
        { """{"url":"http://a:b@hooks.example/"}""", "invalid-url", "without user, password and fragment" },
        { """{"url":"http://[::1]:1/"}""", "invalid-url", "loopback" },
        { """{"url":"http://169.254.169.254/"}""", "invalid-url", "link-local" },
        { """{"url":"http://0xA9FEA9FE/"}""", "invalid-url", "link-local" },
        { """{"url":"http://ip6-loopback.invalid\\@127.0.0.1/"}""", "invalid-url", "url is an http" },
    };

    [Theory]
    [MemberData(nameof(WrongBodies))]
    public async Task A_wrong_body_is_a_problem_and_makes_nothing(string body, string type, string why)
    {
        body = body.Replace("URL", hooks.Receiver.Url, StringComparison.Ordinal);
        foreach (var (method, path) in new[] { ("POST", Path), ("PATCH", Of(await hooks.SubscribeAsync())) })
        {
            if (method == "PATCH" && body == "{}")
                continue;
            var (status, problem) = await Demo.AskAsync(method, path, body);
            Assert.True(status == 400, $"{status}: {problem}");
            Assert.Equal($"urn:kiroku:problem:{type}", (string)problem!["type"]!);
            Assert.Contains(why, (string)problem["detail"]!, StringComparison.Ordinal);
        }
        Assert.Single((await Demo.GetJsonAsync(Path))["subscriptions"]!.AsArray());
    }

    [Theory]
    [InlineData(2001, 255, 400)]
    [InlineData(10, 256, 400)]
    [InlineData(10, 255, 201)]
    public async Task Lengths_are_bounded(int filter, int description, int expected)
    {
        var text = $"action = {new string('a', filter - 9)}";
        var (status, _) = await Demo.AskAsync(
            "POST", Path,
            $$"""
            {"url":"{{hooks.Receiver.Url}}","filter":"{{text}}","description":"{{new string('d', description)}}"}
            """);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_JSON_is_a_problem()
    {
        using var large = await Demo.PostAsync(Path, $$"""{"url":"{{new string('a', 200_000)}}"}""");
        Assert.Equal(
            (413, "application/problem+json"), ((int)large.StatusCode, $"{large.Content.Headers.ContentType}"));
        using var broken = await Demo.PostAsync(Path, """{"url":""");
        Assert.Equal(400, (int)broken.StatusCode);
        using var other = await hooks.Cloud.App.SendAsync(
            HttpMethod.Post, Path, Demo.Token, new StringContent("<url/>", null, "application/xml"));
        Assert.Equal(415, (int)other.StatusCode);
    }

    [Theory]
    [InlineData("GET", "?limit=1")]
    [InlineData("GET", "?page_size=0")]
    [InlineData("GET", "?page_size=1001")]
    [InlineData("GET", "?page_token=nonsense")]
    [InlineData("GET", "?all_projects=1")]
    [InlineData("GET", "?page_size=1&page_size=1")]
    [InlineData("GET", "/ID/deliveries?state=lost")]
    [InlineData("GET", "/ID/deliveries?all_projects=true")]
    [InlineData("GET", "/ID?page_size=1")]
    [InlineData("POST", "/ID/test?now=1")]
    [InlineData("DELETE", "/ID?force=1")]
    public async Task A_wrong_parameter_is_a_problem(string method, string path)
    {
        var made = await hooks.SubscribeAsync();
        var (status, problem) = await Demo.AskAsync(
            method, Path + path.Replace("ID", $"{made["id"]}", StringComparison.Ordinal));
        Assert.Equal((400, 400), (status, (int)problem!["status"]!));
        await hooks.ShowAsync(made);
    }

    [Theory]
    [InlineData("""{"deliveries":[]}""", 400)]
    [InlineData("""{"deliveries":["x"]}""", 400)]
    [InlineData("""{"deliveries":["1","1"]}""", 400)]
    [InlineData("""{"deliveries":["-1"]}""", 400)]
    [InlineData("""{"deliveries":["9999999999999999999"]}""", 400)]
    [InlineData("""{"deliveries":["999999999999999999"]}""", 404)]
    [InlineData("""{"all":true}""", 400)]
    [InlineData("""[]""", 400)]
    [InlineData(null, 202)]
    [InlineData("{}", 202)]
    public async Task Only_deliveries_of_the_subscription_are_sent_anew(string? body, int expected)
    {
        var made = await hooks.SubscribeAsync();
        Assert.Equal(expected, (await Demo.AskAsync("POST", $"{Of(made)}/redeliver", body)).Status);
    }

    [Fact]
    public async Task A_project_has_a_limited_number_of_subscriptions()
    {
        for (var number = 0; number < 5; number++)
            await hooks.SubscribeAsync();
        var (status, problem) = await Demo.AskAsync("POST", Path, $$"""{"url":"{{hooks.Receiver.Url}}"}""");
        Assert.Equal(
            (403, "urn:kiroku:problem:quota-exceeded"), (status, (string)problem!["type"]!));
        await hooks.SubscribeAsync(user: await OtherAsync());
        var page = await Demo.GetJsonAsync($"{Path}?page_size=2");
        var seen = page["subscriptions"]!.AsArray().Select(one => (string)one!["id"]!).ToList();
        while (page["next_page_token"] is { } token)
        {
            page = await Demo.GetJsonAsync($"{Path}?page_size=2&page_token={token}");
            seen.AddRange(page["subscriptions"]!.AsArray().Select(one => (string)one!["id"]!));
        }
        Assert.Equal((5, 5), (seen.Count, seen.Distinct().Count()));
    }

    [Fact]
    public async Task Another_project_finds_nothing_and_a_reader_changes_nothing()
    {
        var made = await hooks.SubscribeAsync();
        var other = await OtherAsync();
        var reader = await People.AddAsync(hooks.Cloud.App, "demoreader", "demo", "reader");
        (string, string, string?)[] routes =
        [
            ("GET", "", null), ("PATCH", "", "{}"), ("DELETE", "", null), ("GET", "/deliveries", null),
            ("POST", "/test", null), ("POST", "/rotate-secret", null), ("POST", "/redeliver", null),
        ];
        foreach (var (method, path, body) in routes)
        {
            var (status, problem) = await other.AskAsync(method, Of(made) + path, body);
            Assert.Equal((404, $"There is no subscription {made["id"]}."), (status, (string)problem!["detail"]!));
            Assert.Equal(method == "GET" ? 200 : 403, (await reader.AskAsync(method, Of(made) + path, body)).Status);
        }
        Assert.Equal(403, (await reader.AskAsync("POST", Path, $$"""{"url":"{{hooks.Receiver.Url}}"}""")).Status);
        Assert.Empty((await other.GetJsonAsync(Path))["subscriptions"]!.AsArray());
        Assert.Empty(hooks.Receiver.All);
        foreach (var id in new[] { "nonsense", $"{Guid.NewGuid()}", "記録" })
            Assert.Equal(404, (await Demo.AskAsync("GET", $"{Path}/{id}")).Status);
    }

    [Fact]
    public async Task Only_administrators_have_subscriptions_to_all_projects_and_only_they_see_them()
    {
        var (status, problem) = await Demo.AskAsync(
            "POST", Path, $$"""{"url":"{{hooks.Receiver.Url}}","all_projects":true}""");
        Assert.Equal(403, status);
        Assert.Contains("actions:subscriptions:all_projects", (string)problem!["detail"]!, StringComparison.Ordinal);
        var made = await hooks.SubscribeAsync(",\"all_projects\":true", Admin);
        var own = await hooks.SubscribeAsync();
        var colleague = await People.AddAsync(hooks.Cloud.App, "colleague", "admin", "member");
        Assert.Equal(404, (await colleague.AskAsync("GET", Of(made))).Status);
        Assert.Empty((await colleague.GetJsonAsync(Path))["subscriptions"]!.AsArray());
        Assert.Equal(403, (await colleague.AskAsync("GET", $"{Path}?all_projects=true")).Status);
        Assert.Equal([(string)made["id"]!], Ids(await Admin.GetJsonAsync(Path)));
        Assert.Equal(
            new[] { (string)made["id"]!, (string)own["id"]! }.Order(),
            Ids(await Admin.GetJsonAsync($"{Path}?all_projects=true")));
        Assert.Equal(400, (await Admin.AskAsync("PATCH", Of(made), """{"all_projects":false}""")).Status);
        Assert.Equal(204, (await Admin.AskAsync("DELETE", Of(own))).Status);
    }

    [Fact]
    public async Task Details_cannot_be_searched_for_where_the_policy_hides_them()
    {
        await using var closed = await HookCloud.StartAsync(
            ("Policy:os_compute_api:os-instance-actions:events:details", "admin"));
        var body = $$"""{"url":"{{closed.Receiver.Url}}","filter":"attempts.details : space"}""";
        var (status, problem) = await closed.Demo.AskAsync("POST", Path, body);
        Assert.Equal(403, status);
        Assert.Contains("events:details", (string)problem!["detail"]!, StringComparison.Ordinal);
        var made = await closed.SubscribeAsync();
        (status, _) = await closed.Demo.AskAsync("PATCH", Of(made), """{"filter":"NOT attempts.details : x"}""");
        Assert.Equal(403, status);
    }

    private Task<TestUser> OtherAsync() => People.AddAsync(hooks.Cloud.App, "other", "other", "member");

    private static string Of(JsonNode subscription) => $"{Path}/{subscription["id"]}";

    private static IEnumerable<string> Ids(JsonNode list)
        => list["subscriptions"]!.AsArray().Select(one => (string)one!["id"]!).Order();
}
