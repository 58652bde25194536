using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Servers;

/// <summary>
/// changePassword: refused as Nova refuses it where no QEMU guest agent runs in the guest (nova/virt/libvirt/driver.py,
/// _can_set_admin_password). It changes nothing and is not recorded.
/// </summary>
internal sealed class PasswordChange(ServerStore store)
{
    public const string Key = "changePassword";
    private static readonly StateRule Allowed = new(VmStates.Active);

    /// <summary>The refusal of a request that is right in itself.</summary>
    /// <exception cref="Fault">What else is wrong with it.</exception>
    public async Task<Fault> RefuseAsync(HttpContext context, string serverId, JsonElement body)
    {
        ServerSchemas.ChangePassword.Require(body, Microversions.IsRelaxed(context));
        var server = await ServersApi.FindAsync(context, serverId, store, ServerRules.AdminPassword);
        ServerLocks.Refuse(context, server);
        Allowed.Check(server, Key);
        return Fault.Conflict("QEMU guest agent is not enabled");
    }
}
