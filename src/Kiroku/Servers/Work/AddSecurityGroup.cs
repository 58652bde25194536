using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Work;

/// <summary>
/// addSecurityGroup: the card of a server, which may run, is put into another security group. As in Nova it is not
/// recorded (nova/network/security_group_api.py, add_to_instance).
/// </summary>
internal sealed class AddSecurityGroup(
    ServerStore store, ProjectGroups groups, GroupChoice choice, TimeProvider time) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-security-groups:add");

    private const string Name = "addSecurityGroup";

    public string Key => Name;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var (server, group) = await FindAsync(context, (serverId, Name, Rule), store, (choice, body));
        if (!server.GroupIds.Contains(group.Id))
        {
            await groups.RequireEnforcedAsync(context.RequestAborted);
            await store.ChangeNotesAsync(server.Id, now => now with
            {
                Labels = now.Labels with { Groups = [.. now.GroupIds.Append(group.Id).Distinct()] },
                UpdatedAt = time.UtcNow(),
            }, CancellationToken.None);
        }
        return new Answer(RequestId.Of(context), StatusCodes.Status202Accepted);
    }

    /// <summary>The server, and the group that the body names, both of which the caller must have.</summary>
    /// <exception cref="Fault">400, 404 or 409 in Nova's words.</exception>
    public static async Task<(Server Server, SecurityGroup Group)> FindAsync(
        HttpContext context, (string Server, string Key, Rule Rule) asked, ServerStore store,
        (GroupChoice Choice, JsonElement Body) given)
    {
        Body(asked.Key).Require(given.Body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, asked.Server, store, asked.Rule);
        var name = given.Body.GetProperty(asked.Key).GetProperty("name").GetString()!;
        if (string.IsNullOrWhiteSpace(name))
            throw Fault.BadRequest("Security group name cannot be empty");
        var group = await given.Choice.FindAsync(name, server.ProjectId, context.RequestAborted);
        if (server.Addresses.Count == 0)
            throw Fault.NotFound($"instance_id {server.Id} could not be found as device id on any ports");
        return (server, group);
    }

    private static Schema Body(string key) => Schema.Body(
        key, Schema.Object(("name", Parameters.Text with { MinLength = 1 })) with { Required = ["name"] }) with
    {
        Open = true,
    };
}
