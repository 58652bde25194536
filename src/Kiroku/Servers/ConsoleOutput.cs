using System.Text.Json;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Identity;

namespace Kiroku.Servers;

/// <summary>os-getConsoleOutput: the last lines that the guest wrote to its serial console. It changes nothing and is not recorded.</summary>
internal sealed class ConsoleOutput(ServerStore store, IHypervisor hypervisor)
{
    public const string Key = "os-getConsoleOutput";
    private const int MaxBytes = 100 * 1024;

    public async Task<IResult> ReadAsync(HttpContext context, string serverId, JsonElement body)
    {
        var lines = Lines(BodyObject.Required(body, Key));
        var server = await ServersApi.FindAsync(context, serverId, store);
        Policy.Require(Caller.Of(context), Rules.ConsoleOutput, server.ProjectId);
        if (server.LaunchedAt is null || server.Host is null)
            throw Fault.Conflict($"Instance {server.Id} is not ready");
        var output = Last(await ReadAsync(server, context.RequestAborted), lines);
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
            return await hypervisor.ReadConsoleAsync(server.Id, MaxBytes, cancellationToken);
        }
        catch (HypervisorException e) when (e.Failure == HypervisorFailure.Unavailable)
        {
            throw Fault.Unavailable("The host's hypervisor does not answer.");
        }
        catch (HypervisorException)
        {
            throw Fault.NotFound("Unable to get console");
        }
    }

    /// <summary>How many lines are wanted; null and -1 mean all (nova/api/openstack/compute/schemas/console_output.py).</summary>
    private static int? Lines(BodyObject body)
    {
        if (body.Value("length") is not { ValueKind: not JsonValueKind.Null } length)
            return null;
        var text = length.ValueKind == JsonValueKind.String ? length.GetString() : length.GetRawText();
        if (!int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var lines) || lines < -1)
            throw BodyObject.Invalid("length", length, $"{PythonText.Repr(length)} is not valid under any of the given schemas");
        return lines < 0 ? null : lines;
    }

    private static string Last(string output, int? lines)
    {
        if (lines is not { } wanted)
            return output;
        var all = output.Split('\n');
        return string.Join('\n', all.Skip(Math.Max(0, all.Length - wanted)));
    }
}
