using Kiroku.Hypervisors.Libvirt;

namespace Kiroku.Hypervisors;

/// <summary>Adds the hypervisor of this host. It connects in the background from its first use on.</summary>
internal static class HypervisorServices
{
    public static IServiceCollection AddHypervisors(this IServiceCollection services, ServiceSettings settings) =>
        services.AddHypervisors(new HypervisorsOptions { Uri = settings.Hypervisor, DataFolder = settings.DataDirectory });

    public static IServiceCollection AddHypervisors(this IServiceCollection services, HypervisorsOptions options) =>
        services.AddSingleton<IHypervisor>(provider =>
        {
            var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            var logger = provider.GetRequiredService<ILogger<LibvirtHypervisor>>();
            return new LibvirtHypervisor(TargetOf(options, time, logger), LibvirtOptionsOf(options), time, logger);
        });

    /// <summary>The private daemon of a data folder, for the command that ends it.</summary>
    public static PrivateLibvirtd PrivateDaemonOf(HypervisorsOptions options, TimeProvider time, ILogger logger) =>
        new(options.DataFolder, options.Account, LibvirtOptionsOf(options), time, logger);

    private static LibvirtTarget TargetOf(HypervisorsOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Uri is { Length: > 0 } uri) return LibvirtTarget.At(uri);
        var choice = new HypervisorChoice(options.DataFolder, PrivateDaemonOf(options, time, logger), time);
        return new LibvirtTarget(IsReal: true, choice.FindAsync);
    }

    private static LibvirtOptions LibvirtOptionsOf(HypervisorsOptions options) =>
        new() { Folder = options.DataFolder, Network = options.Network };
}
