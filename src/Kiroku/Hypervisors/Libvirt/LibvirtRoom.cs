using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Microsoft.Extensions.Options;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>
/// Puts the room together: this host's hypervisor, which connects in the background from its first use on.
/// </summary>
internal static class LibvirtRoom
{
    public static void AddHypervisors(this IServiceCollection services, ServiceSettings settings)
    {
        services.AddOptions<HypervisorsOptions>().BindConfiguration(HypervisorsOptions.Section)
            .Validate(
                options => MachineNetwork.Parse(options.Network).Name.Length > 0,
                "Hypervisors:Network is to be isolated, user, none, bridge:NAME or a libvirt network's name.")
            .Validate(options => options.Account.Length > 0, "Hypervisors:Account is to be the name of an account.")
            .Validate(
                options => options.FirstUid is 0 or >= 65536 and <= uint.MaxValue - 65536,
                "Hypervisors:FirstUid is to be 0, or a user id from 65536 on.")
            .ValidateOnStart();
        services.AddSingleton<IHypervisor>(provider =>
        {
            var bound = provider.GetRequiredService<IOptions<HypervisorsOptions>>().Value;
            var options = bound with { Uri = settings.Hypervisor ?? bound.Uri, DataFolder = settings.DataDirectory };
            var time = provider.GetRequiredService<TimeProvider>();
            var logger = provider.GetRequiredService<ILogger<LibvirtHypervisor>>();
            var target = settings.Roles.HasFlag(NodeRoles.Compute)
                ? TargetOf(options, time, logger) : LibvirtTarget.Nowhere;
            var reserve = provider.GetRequiredService<DiskReserve>();
            return new LibvirtHypervisor(target, LibvirtOptionsOf(options, reserve), time, logger);
        });
    }

    /// <summary>The private daemon of a data folder, for the command that ends it.</summary>
    public static PrivateLibvirtd PrivateDaemonOf(HypervisorsOptions options, TimeProvider time, ILogger logger)
        => new(options.DataFolder, options.Account, LibvirtOptionsOf(options), time, logger);

    private static LibvirtTarget TargetOf(HypervisorsOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Uri is { Length: > 0 } uri)
            return LibvirtTarget.At(uri);
        var choice = new HypervisorChoice(options.DataFolder, PrivateDaemonOf(options, time, logger), time);
        return new LibvirtTarget(IsReal: true, choice.FindAsync);
    }

    private static LibvirtOptions LibvirtOptionsOf(HypervisorsOptions options, DiskReserve? reserve = null)
        => new()
        {
            Folder = options.DataFolder,
            FirstUid = options.FirstUid,
            Network = options.Network,
            Reserve = reserve ?? DiskReserve.None,
        };
}
