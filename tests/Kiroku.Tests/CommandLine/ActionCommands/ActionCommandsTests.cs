using System.Text.Json.Nodes;
using Kiroku.Tests.Actions;
using Kiroku.Tests.Actions.Live.Exports;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.CommandLine.ActionCommands;

/// <summary>The commands on a real service: what they print, and how they end.</summary>
public sealed class ActionCommandsTests : IAsyncLifetime
{
    private const string Hostile = "a\u001b[31m\u009b2J\u202eb[red]\u0007";

    private readonly History history = new();
    private Desk desk = null!;

    private Cloud Cloud => history.Running.Cloud;

    private string Server => $"{history.Running.Server}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await history.InitializeAsync();
        desk = Desk.With(Cloud.App);
    }

    public async ValueTask DisposeAsync()
    {
        desk.Dispose();
        await history.DisposeAsync();
    }

    [Fact]
    public async Task List_prints_columns_json_or_a_table()
    {
        var plain = (await desk.RunAsync("list", "--filter", $"server.id = {Server}")).Well().Lines;
        Assert.StartsWith("STARTED (UTC)", plain[0], StringComparison.Ordinal);
        Assert.Equal(
            ["start succeeded", "start failed", "stop succeeded", "create succeeded"],
            plain.Skip(1).Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries))
                .Select(cells => $"{cells[2].Trim()} {cells[3].Trim()}"));
        Assert.Equal(plain.Skip(1).Reverse(), (await desk.RunAsync(
            "list", "--filter", $"server.id = {Server}", "--oldest-first")).Well().Lines.Skip(1));
        Assert.Equal(3, (await desk.RunAsync("list", "--limit", "2")).Well().Lines.Length);
        var json = (await desk.RunAsync("list", "--json", "--limit", "0")).Well().Lines;
        Assert.Equal((await Exported.ListedAsync(Cloud.Demo)).Reverse().Select(action => action.ToJsonString()),
            json.Select(line => JsonNode.Parse(line)!.ToJsonString()));
        using var terminal = new Desk(Cloud.App.DataDirectory)
        {
            IsTerminal = true,
            Variables = { ["OS_CLOUD"] = "kiroku" },
        };
        var table = (await terminal.RunAsync("list")).Well().Out;
        Assert.Contains("╭", table, StringComparison.Ordinal);
        Assert.Contains("\u001b[", table, StringComparison.Ordinal);
        (await desk.RunAsync("list", "--filter", "colour = red")).Complains("colour is no field");
        (await desk.RunAsync("list", "--all-projects")).Complains("Policy doesn't allow actions:all_projects");
    }

    [Fact]
    public async Task Show_prints_an_action_with_its_attempts()
    {
        var shown = (await desk.RunAsync("show", "vm", history.RequestIds[1])).Well().Out;
        Assert.StartsWith("start of vm: failed\n", shown, StringComparison.Ordinal);
        Assert.Contains("why:        InvalidOperationException", shown, StringComparison.Ordinal);
        Assert.Contains("compute_start_instance (3)", shown, StringComparison.Ordinal);
        Assert.Contains("=", shown, StringComparison.Ordinal);
        var json = JsonNode.Parse((await desk.RunAsync("show", Server, "--json")).Well().Out)!;
        Assert.Equal(history.RequestIds[0], (string)json["request_id"]!);
        (await desk.RunAsync("show", Server, "req-none")).Complains("has no action req-none");
        (await desk.RunAsync("show", "nobody")).Complains("there is no action of a server nobody");
        (await desk.RunAsync("show", "vm")).Complains("2 servers have the name vm; name one by its id: ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_of_others_do_nothing_to_a_terminal(bool isTerminal)
    {
        await history.Running.SetAsync(history.Running.Server, "name = @name", new { name = Hostile });
        using var person = new Desk(Cloud.App.DataDirectory)
        {
            IsTerminal = isTerminal,
            Variables = { ["OS_CLOUD"] = "kiroku" },
        };
        string[][] commands = [["list"], ["show", Server], ["list", "--json"], ["wait", Server], ["show", Hostile]];
        foreach (var command in commands)
        {
            var (exitCode, said, error, _) = await person.RunAsync(command);
            Assert.Equal(command[0] == "wait" ? 0 : exitCode, exitCode);
            foreach (var wrong in new[] { "\u001b[31m\u009b", "\u009b", "\u202e", "\u0007" })
                Assert.DoesNotContain(wrong, said + error, StringComparison.Ordinal);
            // A table may break the name over lines.
            if (!command.Contains("--json") && !isTerminal)
                Assert.Contains("a\\u{1b}[31m", said, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await person.RunAsync("show", Hostile)).ExitCode);
        await history.Running.SetAsync(history.Running.Server, "name = 'vm'");
    }

    [Fact]
    public async Task Wait_ends_with_a_code_for_each_end()
    {
        var said = (await desk.RunAsync("wait", Server, history.RequestIds[0])).Well().Out;
        Assert.StartsWith("start of vm succeeded after ", said, StringComparison.Ordinal);
        var failed = await desk.RunAsync("wait", Server, history.RequestIds[1]);
        Assert.Equal(3, failed.ExitCode);
        Assert.EndsWith(": InvalidOperationException\n", failed.Out, StringComparison.Ordinal);
        var (server, request, go) = await HangAsync();
        var late = await desk.RunAsync("wait", server, request, "--timeout", "0.5");
        Assert.Equal((4, "resize of vm runs still\n"), (late.ExitCode, late.Out));
        var waiting = desk.RunAsync("wait", server, request, "--json");
        Assert.Matches("^resize of vm is (being )?cancelled\n$", (await desk.RunAsync(
            "cancel", server, request)).Well().Out);
        go();
        var cancelled = await waiting;
        Assert.Equal((5, "cancelled"), (cancelled.ExitCode, (string)JsonNode.Parse(cancelled.Out)!["outcome"]!));
        (await desk.RunAsync("cancel", server, request)).Complains($"Action {request} has ended.");
    }

    [Fact]
    public async Task Wait_shows_what_is_tried_and_goes_on_after_the_connection_was_lost()
    {
        await using var way = BreakableWay.To(Cloud.App.Address);
        using var far = new Desk(Cloud.App.DataDirectory);
        far.Write("clouds.yaml", $"""
            clouds:
              one:
                auth:
                  auth_url: {Cloud.App.Address}identity
                  username: demo
                  project_name: demo
                  password: {Cloud.App.PasswordOf("demo")}
                compute_endpoint_override: {way.Address}v2.1
            """);
        var (server, request, go) = await HangAsync();
        var (tried, lost, back) = (NewSource(), NewSource(), NewSource());
        var waiting = far.RunAsync(["wait", server, request], text =>
        {
            if (text.Contains("resize of vm: ", StringComparison.Ordinal))
                tried.TrySetResult();
            if (text.Contains("the connection is lost", StringComparison.Ordinal))
                lost.TrySetResult();
            if (text.Contains("answers again", StringComparison.Ordinal))
                back.TrySetResult();
        }, Token);
        await tried.Task.WaitAsync(Token);

        way.Break();
        await lost.Task.WaitAsync(Token);
        way.Mend();
        go();

        var said = await waiting;
        Assert.Equal(0, said.ExitCode);
        await back.Task.WaitAsync(Token);
        Assert.StartsWith("resize of vm succeeded", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_writes_a_file_once_it_is_whole()
    {
        var file = Path.Combine(desk.Folder, "record");
        foreach (var format in new[] { "jsonl", "csv", "cadf" })
        {
            var said = (await desk.RunAsync("export", "-o", file, "--format", format)).Well();
            Assert.Equal(
                $"kiroku: {file} holds {(await Exported.ListedAsync(Cloud.Demo)).Count} actions\n", said.Error);
            var (written, expected) = (await File.ReadAllTextAsync(file, Token),
                await Exported.TextAsync(Cloud.Demo, $"?format={format}"));
            // The last CADF event says when it was.
            Index end = format == "cadf" ? ^1000 : ^0;
            Assert.Equal(expected[..end], written[..end]);
        }
        var piped = (await desk.RunAsync("export", "-o", "-", "--filter", "outcome = failed")).Well();
        Assert.Equal(await Exported.TextAsync(Cloud.Demo, "?filter=outcome = failed"),
            System.Text.Encoding.UTF8.GetString(piped.Bytes));
        (await desk.RunAsync("export", "-o", desk.Folder)).Complains("is a folder");
        Assert.NotEqual(0, (await desk.RunAsync("export", "-o", "/nowhere/record")).ExitCode);
    }

    [Fact]
    public async Task An_export_that_breaks_off_leaves_the_old_file_and_nothing_else()
    {
        var file = Path.Combine(desk.Folder, "record");
        await File.WriteAllTextAsync(file, "old", Token);
        await LongHistory.AddActionsAsync(
            Cloud.Database, history.Running.Server, 0, 1600, DateTime.UnixEpoch);
        var pages = 0;
        Cloud.Database.AfterRead = found => found is Kiroku.Actions.Live.LivePage && ++pages == 4
            ? throw new Kiroku.Storage.StorageException("away")
            : Task.CompletedTask;

        (await desk.RunAsync("export", "-o", file)).Complains("the export broke off");

        Cloud.Database.AfterRead = _ => Task.CompletedTask;
        Assert.Equal("old", await File.ReadAllTextAsync(file, Token));
        Assert.Equal(["record"], Directory.GetFiles(desk.Folder).Select(Path.GetFileName));
    }

    /// <summary>A resize that hangs until it may go on.</summary>
    private async Task<(string Server, string Request, Action Go)> HangAsync()
    {
        var server = await Cloud.CreateServerAsync();
        var (held, go) = (NewSource(), NewSource());
        Cloud.Hypervisor.Before = called => called == "copy" && held.TrySetResult() ? go.Task : Task.CompletedTask;
        var (status, request) = await Cloud.ActAsync(server, """{"resize":{"flavorRef":"84"}}""");
        Assert.Equal(202, status);
        await held.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        return ($"{server}", request, () => go.TrySetResult());
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
