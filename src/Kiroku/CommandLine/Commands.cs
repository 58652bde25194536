using System.CommandLine;

namespace Kiroku.CommandLine;

/// <summary>The command line: what <c>./kiroku</c> understands.</summary>
internal static class Commands
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Kiroku: an OpenStack-compatible compute service that remembers every action, step by step.");
        root.Subcommands.Add(ServeCommand.Create());
        var parsed = root.Parse(args);
        // The service ends by itself on SIGTERM and SIGINT, in good order; nobody else is to cut it short.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
