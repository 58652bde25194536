using System.CommandLine;
using Kiroku.CommandLine.Clouds;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>What the commands have in common: which cloud, whose actions, and in what form.</summary>
internal sealed class CloudCommand
{
    private readonly Surroundings surroundings;

    private readonly Option<string?> cloud = new("--os-cloud")
    {
        Description = "The cloud of clouds.yaml; otherwise OS_CLOUD, or what other OS_ variables describe.",
        HelpName = "NAME",
    };

    private readonly Option<bool> allProjects = new("--all-projects")
    {
        Description = "Of all projects, for administrators.",
    };

    private readonly Option<bool> json = new("--json") { Description = "Print JSON." };

    public CloudCommand(Surroundings surroundings, string name, string description, bool hasJson = true)
    {
        this.surroundings = surroundings;
        Command = new Command(name, description) { cloud, allProjects };
        if (hasJson)
            Command.Options.Add(json);
    }

    public Command Command { get; }

    public static Argument<string> Server => new("SERVER") { Description = "Id or name of the server." };

    public static Option<string?> Filter => new("--filter")
    {
        Description = "Which actions, as in 'outcome = failed AND server.name = \"web*\"'.",
        HelpName = "FILTER",
    };

    public bool IsOfAllProjects(ParseResult parsed) => parsed.GetValue(allProjects);

    public bool IsJson(ParseResult parsed) => parsed.GetValue(json);

    /// <summary>Signs in before the work, and explains what goes wrong on the way to the service.</summary>
    public void Run(Func<ParseResult, CloudWork, Task<int>> work) => Command.SetAction(async (parsed, outside) =>
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(outside, surroundings.Ended);
        using var interruption = new Interruption(both.Token);
        try
        {
            var settings = CloudChoice.Find(parsed.GetValue(cloud), surroundings);
            using var signedIn = await SignedIn.SignInAsync(settings, interruption.Token);
            return await RunAsync(signedIn, record => work(parsed, new CloudWork(
                record, new Screen(surroundings), interruption.Token)));
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.ExitCode;
        }
    });

    private static async Task<int> RunAsync(SignedIn cloud, Func<LiveRecordClient, Task<int>> work)
    {
        try
        {
            return await work(new LiveRecordClient(cloud));
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or HttpIOException)
        {
            throw new UsageException($"{cloud.Root} {Connection.Explain(e)}", e);
        }
    }
}

/// <summary>What the work of a command is done with.</summary>
internal sealed record CloudWork(LiveRecordClient Record, Screen Screen, CancellationToken Ended);
