using System.Diagnostics;
using System.Text.Json.Nodes;
using Kiroku.SystemTests.Hypervisors;

namespace Kiroku.SystemTests.Service;

/// <summary>
/// OpenStack's own command line client, as distributed, for a user who signs in by these environment variables.
/// </summary>
internal sealed class StockClient(params (string Name, string Value)[] environment)
{
    private const string Program = "/usr/bin/openstack";
    private ClientRoot root = ClientRoot.OfThisMachine;

    /// <summary>Uses a cloud from the clouds.yaml in that data folder.</summary>
    public static StockClient Of(string data, string cloud)
        => new(("OS_CLIENT_CONFIG_FILE", Path.Combine(data, "clouds.yaml")), ("OS_CLOUD", cloud));

    /// <summary>Uses a user, password and project at that identity service.</summary>
    public static StockClient Of(Uri identity, string user, string password, string? project) => new([
        ("OS_AUTH_URL", identity.ToString()), ("OS_USERNAME", user), ("OS_PASSWORD", password),
        ("OS_USER_DOMAIN_NAME", "Default"),
        .. project is null
            ? Array.Empty<(string, string)>() : [("OS_PROJECT_NAME", project), ("OS_PROJECT_DOMAIN_NAME", "Default")]]);

    public static void Require() => RealParts.Require(Program);

    /// <summary>The same user with the clients of one of <see cref="ClientRoot.All"/>.</summary>
    public StockClient In(string clients) => new(environment) { root = ClientRoot.Require(clients, Program) };

    public async Task<JsonNode> JsonAsync(string command) => JsonNode.Parse(await RunAsync($"{command} -f json"))!;

    public async Task<string> RunAsync(string command)
    {
        var (exitCode, output, errors) = await TryAsync(command);
        Assert.True(exitCode == 0, $"openstack {command}: {errors}");
        return output;
    }

    /// <summary>Runs a command that must fail, and returns its error message.</summary>
    public async Task<string> FailAsync(string command)
    {
        var (exitCode, output, errors) = await TryAsync(command);
        Assert.True(exitCode != 0, $"openstack {command}: {output}");
        return errors;
    }

    private async Task<(int ExitCode, string Output, string Errors)> TryAsync(string command)
    {
        var start = root.Start(Program, command.Split(' '));
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("OS_", StringComparison.Ordinal))
            .ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output, await errors);
    }
}
