using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// addSecurityGroup: a server with a card has its project's one group already, so there is nothing to do. As in Nova it
/// is not recorded (nova/network/security_group_api.py, add_to_instance).
/// </summary>
internal sealed class AddSecurityGroup(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-security-groups:add");

    private const string Name = "addSecurityGroup";

    public string Key => Name;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        await RequireGroupAsync(context, (serverId, Name, Rule), store, body);
        return new Answer(RequestId.Of(context), StatusCodes.Status202Accepted);
    }

    /// <summary>Makes sure that the body names the one group that there is, and that the server has it.</summary>
    /// <exception cref="Fault">400 or 404 in Nova's words.</exception>
    public static async Task RequireGroupAsync(
        HttpContext context, (string Server, string Key, Rule Rule) asked, ServerStore store, JsonElement body)
    {
        Body(asked.Key).Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, asked.Server, store, asked.Rule);
        var name = body.GetProperty(asked.Key).GetProperty("name").GetString()!;
        if (string.IsNullOrWhiteSpace(name))
            throw Fault.BadRequest("Security group name cannot be empty");
        var project = Caller.Of(context).ProjectId;
        if (name != SecurityGroup.Name && name != SecurityGroup.IdOf(project).ToString())
            throw Fault.NotFound($"Security group {name} is not found for project {project}");
        if (server.Addresses.Count == 0)
            throw Fault.NotFound($"instance_id {server.Id} could not be found as device id on any ports");
    }

    private static Schema Body(string key) => Schema.Body(
        key, Schema.Object(("name", Parameters.Text with { MinLength = 1 })) with { Required = ["name"] }) with
    {
        Open = true,
    };
}
