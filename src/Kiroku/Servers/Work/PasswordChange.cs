using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// changePassword: refused as Nova refuses it where no QEMU guest agent runs in the guest (nova/virt/libvirt/driver.py,
/// _can_set_admin_password). It changes nothing and is not recorded.
/// </summary>
internal sealed class PasswordChange(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-admin-password");

    private const string Name = "changePassword";
    private static readonly StateRule Allowed = new(VmStates.Active);

    private static readonly Schema Body = Schema.Body(
        Name, Schema.Object(("adminPass", Parameters.Text)) with { Required = ["adminPass"] });

    public string Key => Name;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        Body.Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        ServerLock.Refuse(context, server);
        Allowed.Check(server, Key);
        throw Fault.Conflict("QEMU guest agent is not enabled");
    }
}
