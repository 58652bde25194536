using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live.Exports;

/// <summary>GET /actions/v1/export: what each format tells, and to whom.</summary>
public sealed class ExportTests(History history) : IClassFixture<History>
{
    private Cloud Cloud => history.Running.Cloud;

    private TestUser Demo => Cloud.Demo;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Queries =>
    [
        "", "&filter=outcome = failed", "&filter=done = true AND attempts.result = Success", "&filter=action = nothing",
    ];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Json_lines_are_the_documents_of_the_list_oldest_first(string query)
    {
        var listed = await Exported.ListedAsync(Demo, query);
        var exported = await Exported.JsonAsync(Demo, $"?format=jsonl{query}");
        Assert.Equal(listed.Select(Text), exported.Select(Text));
        Assert.Equal(query.Contains("nothing", StringComparison.Ordinal), exported.Count == 0);
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Csv_has_what_the_list_has(string query)
    {
        var listed = await Exported.ListedAsync(Demo, query);
        var exported = await Exported.CsvAsync(Demo, query.Length > 0 ? $"?{query[1..]}" : "");
        Assert.Equal(listed.Count, exported.Count);
        foreach (var (action, record) in listed.Zip(exported))
        {
            foreach (var (column, path) in new[]
            {
                ("request_id", "request_id"), ("server_id", "server.id"), ("server_name", "server.name"),
                ("project_id", "project_id"), ("user_id", "user_id"), ("user_name", "user_name"), ("action", "action"),
                ("done", "done"), ("outcome", "outcome"), ("cancelable", "cancelable"), ("start_time", "start_time"),
                ("finish_time", "finish_time"), ("duration_ms", "duration_ms"), ("details", "details"),
                ("position", "position"), ("link", "links.self"), ("trace_id", "trace_id"),
            })
                Assert.Equal(path.Split('.').Aggregate(action, (node, name) => node?[name]!)?.ToString() ?? "",
                    record[column], ignoreCase: column is "done" or "cancelable");
            Assert.Equal(Text(action["attempts"]!), Text(JsonNode.Parse(record["attempts"])!));
            Assert.Equal(
                action["changes"] is { } changes ? Text(changes) : "",
                record["changes"].Length > 0 ? Text(JsonNode.Parse(record["changes"])!) : "");
        }
    }

    [Fact]
    public async Task Administrators_get_host_and_traceback_and_all_projects()
    {
        var query = $"?all_projects=true&filter=request_id = {history.RequestIds[1]}";
        var told = Assert.Single(await Exported.JsonAsync(Cloud.Admin, query));
        Assert.Contains("secret place", (string)told["attempts"]![0]!["traceback"]!, StringComparison.Ordinal);
        Assert.Equal("Policy doesn't allow actions:all_projects to be performed.",
            (string)(await RefusedAsync(Demo, "?all_projects=true", 403))["detail"]!);
        Assert.DoesNotContain("secret place", await Exported.TextAsync(Demo, ""), StringComparison.Ordinal);
        Assert.DoesNotContain("secret place", await Exported.TextAsync(Demo, "?format=csv"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret place", await Exported.TextAsync(Demo, "?format=cadf"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jsonl")]
    [InlineData("csv")]
    [InlineData("cadf")]
    public async Task Another_project_gets_an_export_with_nothing_in_it(string format)
    {
        foreach (var filter in new[] { "", $"&filter=server.id = {history.Running.Server}" })
        {
            var text = await Exported.TextAsync(history.Running.Other, $"?format={format}{filter}");
            Assert.DoesNotContain(Demo.ProjectId, text, StringComparison.Ordinal);
            Assert.DoesNotContain($"{history.Running.Server}", text, StringComparison.Ordinal);
            Assert.Equal(format == "csv" ? 2 : 1, text.TrimEnd().Split('\n').Length);
        }
        Assert.NotEmpty(await Exported.JsonAsync(history.Running.Reader, ""));
    }

    [Theory]
    [InlineData("page_size=1", 400, "There is no parameter page_size; there are format, filter, all_projects.")]
    [InlineData("=", 400, "There is no parameter ;")]
    [InlineData("format=xml", 400, "format is one of jsonl, csv, cadf.")]
    [InlineData("format=", 400, "format is")]
    [InlineData("format=JSONL", 400, "format is")]
    [InlineData("format=csv&format=csv", 400, "format is given 2 times.")]
    [InlineData("all_projects=yes", 400, "all_projects is true or false.")]
    public async Task A_wrong_parameter_is_refused(string query, int status, string why)
    {
        var problem = await RefusedAsync(Demo, $"?{query}", status);
        Assert.Equal("urn:kiroku:problem:invalid-parameter", (string)problem["type"]!);
        Assert.StartsWith(why, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_filter_is_refused_and_so_is_a_stranger()
    {
        var problem = await RefusedAsync(Demo, "?filter=done = true AND colour = red", 400);
        Assert.Equal(("urn:kiroku:problem:invalid-filter", 17), ((string)problem["type"]!, (int)problem["column"]!));
        using var stranger = await Cloud.App.SendAsync(HttpMethod.Get, Exported.Path);
        Assert.Equal(401, (int)stranger.StatusCode);
        await RefusedAsync(Demo, "", 405, "POST");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task It_is_compressed_for_those_who_ask_for_it(string encoding)
    {
        foreach (var format in new[] { "jsonl", "csv" })
        {
            var plain = await Exported.TextAsync(Demo, $"?format={format}");
            using var answer = await Demo.GetAsync(
                $"{Exported.Path}?format={format}", ("Accept-Encoding", encoding));
            Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
            var body = await answer.Content.ReadAsStreamAsync(Token);
            using Stream unpacked = encoding == "br"
                ? new BrotliStream(body, CompressionMode.Decompress)
                : new GZipStream(body, CompressionMode.Decompress);
            using var text = new StreamReader(unpacked, Encoding.UTF8);
            Assert.Equal(plain, await text.ReadToEndAsync(Token));
        }
        using var refused = await Demo.GetAsync($"{Exported.Path}?format=xml", ("Accept-Encoding", encoding));
        Assert.Equal("application/problem+json", $"{refused.Content.Headers.ContentType}");
        Assert.Empty(refused.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData("jsonl", "application/x-ndjson", "actions.jsonl")]
    [InlineData("csv", "text/csv; charset=utf-8; header=present", "actions.csv")]
    [InlineData("cadf", "application/x-ndjson", "actions.cadf.jsonl")]
    public async Task The_answer_says_what_it_is(string format, string type, string file)
    {
        using var answer = await Demo.GetAsync($"{Exported.Path}?format={format}");
        Assert.Equal(type, $"{answer.Content.Headers.ContentType}");
        Assert.Equal($"attachment; filename=\"{file}\"", $"{answer.Content.Headers.ContentDisposition}");
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.True(answer.Headers.TransferEncodingChunked);
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0", true)]
    [InlineData("+1", true)]
    [InlineData("-1+2", true)]
    [InlineData("@SUM(A1)", true)]
    [InlineData("\t=1", true)]
    [InlineData("＝1", true)]
    [InlineData("'=1", true)]
    [InlineData("'", true)]
    [InlineData("a=1", false)]
    [InlineData("a,\"b\"\r\nc", false)]
    [InlineData("\"=1\"", false)]
    [InlineData("記録 😀", false)]
    public async Task No_name_is_a_formula_in_a_spreadsheet_and_each_can_be_had_back(string name, bool isGuarded)
    {
        var server = await Cloud.CreateServerAsync();
        await history.Running.SetAsync(server, "name = @name", new { name });
        var query = $"?format=csv&filter=server.id = {server}";
        var record = Exported.Records(await Exported.TextAsync(Demo, query))[1];
        Assert.Equal(isGuarded ? $"'{name}" : name, record[2]);
        var read = await Exported.CsvAsync(Demo, $"?filter=server.id = {server}");
        Assert.Equal(name, Assert.Single(read)["server_name"]);
    }

    [Fact]
    public async Task Cadf_events_tell_who_did_what_and_how_it_ended()
    {
        var filter = $"filter=server.id = {history.Running.Server}";
        var events = Exported.Lines(await Exported.TextAsync(Demo, $"?format=cadf&{filter}"));
        Assert.Equal(
            [("create", "success"), ("stop", "success"), ("start", "failure"), ("start", "success"),
                ("read/export", "success")],
            events.Select(line => ((string)line["action"]!, (string)line["outcome"]!)));
        var failed = events[2];
        Assert.Equal((Demo.UserId, "demo", Demo.ProjectId), ((string)failed["initiator"]!["id"]!,
            (string)failed["initiator"]!["name"]!, (string)failed["initiator"]!["project_id"]!));
        Assert.Equal(($"{history.Running.Server}", "vm", "failed"), ((string)failed["target"]!["id"]!,
            (string)failed["target"]!["name"]!, (string)failed["reason"]!["reasonCode"]!));
        Assert.Equal(history.RequestIds[1], (string)failed["attachments"]![0]!["content"]!["request_id"]!);
        var listed = Assert.Single(await Exported.ListedAsync(Demo, $"&filter=request_id = {history.RequestIds[1]}"));
        Assert.Equal(
            listed["attempts"]!.AsArray().Select(attempt => Text(attempt!)),
            failed["attachments"]!.AsArray().Skip(1).Select(attachment => Text(attachment!["content"]!)));
        Assert.Equal("""{"type":"end","count":4,"whole":true}""",
            events[^1]["attachments"]![0]!["content"]!.ToJsonString());
        var again = Exported.Lines(await Exported.TextAsync(Demo, $"?format=cadf&{filter}"));
        Assert.Equal(events.SkipLast(1).Select(Text), again.SkipLast(1).Select(Text));
        Assert.Equal(events.Count, events.Select(line => (string)line["id"]!).Distinct().Count());
    }

    [Fact]
    public async Task Debians_pycadf_takes_every_event()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.ResetStateAsync(server, "active");
        string[] bodies = ["""{"pause":null}""", """{"unpause":null}""", """{"createImage":{"name":"n"}}"""];
        foreach (var body in bodies)
            await Cloud.DoAsync(server, body);
        await LongHistory.AddRunningAsync(Cloud.Database, server, $"req-{Guid.NewGuid()}", DateTime.UnixEpoch);
        var text = await Exported.TextAsync(Cloud.Admin, "?format=cadf&all_projects=true");
        Assert.Contains(Exported.Lines(text), line => (string)line["outcome"]! == "pending");
        Assert.Equal(text.TrimEnd().Split('\n').Length, await Pycadf.CheckAsync(text));
    }

    private static async Task<JsonNode> RefusedAsync(TestUser user, string query, int status, string method = "GET")
    {
        using var answer = await user.App.SendAsync(new HttpMethod(method), Exported.Path + query, user.Token);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", $"{answer.Content.Headers.ContentType}");
        return await TestApp.JsonAsync(answer);
    }

    private static string Text(JsonNode node) => node.ToJsonString();
}
