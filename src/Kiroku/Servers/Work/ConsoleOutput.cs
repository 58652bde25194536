using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// os-getConsoleOutput: the last lines that the guest wrote to its serial console. It changes nothing and is not
/// recorded.
/// </summary>
internal sealed class ConsoleOutput(ServerStore store, ServerHosts hosts) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-console-output");

    private const int MaxBytes = 100 * 1024;

    private static readonly Schema Body = Schema.Body("os-getConsoleOutput", Schema.Object(
        ("length", new Schema { Types = ["integer", "string", "null"], Pattern = "^-?[0-9]+$", Minimum = -1 })));

    public string Key => "os-getConsoleOutput";

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        Body.Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        if (server.Host is null)
            throw Fault.Conflict($"Instance {server.Id} is not ready");
        var output = Last(await ReadAsync(server, context.RequestAborted), Lines(body.GetProperty(Key)));
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteString("output", output);
            json.WriteEndObject();
        });
    }

    private async Task<string> ReadAsync(Server server, CancellationToken cancellationToken)
    {
        try
        {
            return await hosts.Of(server.Host!).Hypervisor.ReadConsoleAsync(server.Id, MaxBytes, cancellationToken);
        }
        catch (HypervisorException e) when (e.Failure is HypervisorFailure.Unavailable or HypervisorFailure.Away)
        {
            throw Fault.Unavailable("The host's hypervisor does not answer.");
        }
        catch (HypervisorException)
        {
            throw Fault.NotFound("Guest does not have a console available.");
        }
    }

    /// <summary>The number of lines wanted; null for all of them, as for -1.</summary>
    private static int? Lines(JsonElement body)
    {
        if (!body.TryGetProperty("length", out var length) || length.ValueKind == JsonValueKind.Null)
            return null;
        return WholeNumber.Read(length) is >= 0 and var lines ? lines : null;
    }

    /// <summary>The last lines, without the control characters that Nova leaves out.</summary>
    private static string Last(string output, int? lines)
    {
        var shown = string.Concat(output.Where(character => character is '\t' or '\n' or >= ' '));
        if (lines is not { } wanted)
            return shown;
        var all = shown.Split('\n');
        return string.Join('\n', all.Skip(Math.Max(0, all.Length - wanted)));
    }
}
