using Kiroku.Access;
using Kiroku.Servers.Remote;
using Kiroku.Servers.Work;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers;

/// <summary>Puts servers together: every action is one <see cref="Workflow"/> here.</summary>
internal static class ServersRoom
{
    public static void AddServers(this IServiceCollection services)
    {
        services.AddRules(ServerRules.All);
        services.AddOptions<ServersOptions>().BindConfiguration(ServersOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ServerStore>();
        services.AddSingleton<ServerGrains>();
        services.AddSingleton<RequestSealer>();
        services.AddSingleton<ServerCreation>();
        services.AddSingleton<ServerImages>();
        services.AddSingleton<ConsoleOutput>();
        services.AddSingleton<PasswordChange>();
        services.AddSingleton<InstantActions>();
        services.AddSingleton<ServerLocks>();
        services.AddSingleton<ServerNotes>();
        services.AddSingleton<LocalHost>();
        services.AddSingleton<DiskReader>();
        services.AddSingleton<DiskTransfer>();
        services.AddSingleton<HostPatience>();
        services.AddSingleton<HostPresence>();
        services.AddSingleton<ServerHosts>();
        services.AddSingleton<Placing>();
        services.AddSingleton<StrayMachines>();
        services.AddSingleton<WorkflowRunner>();
        services.AddSingleton<Workflows>();
        services.AddSingleton<Workflow, CreateServer>();
        services.AddSingleton<Workflow, DeleteServer>();
        services.AddSingleton<Workflow, StartServer>();
        services.AddSingleton<Workflow, StopServer>();
        services.AddSingleton<Workflow, RebootServer>();
        services.AddSingleton<Workflow, RebuildServer>();
        services.AddSingleton<Workflow, ResizeServer>();
        services.AddSingleton<Workflow, ConfirmResize>();
        services.AddSingleton<Workflow, RevertResize>();
        services.AddSingleton<Workflow, ShelveServer>();
        services.AddSingleton<Workflow, UnshelveServer>();
        services.AddSingleton<Workflow, PauseServer>();
        services.AddSingleton<Workflow, UnpauseServer>();
        services.AddSingleton<Workflow, SuspendServer>();
        services.AddSingleton<Workflow, ResumeServer>();
        services.AddSingleton<Workflow, ResetState>();
        services.AddSingleton<Snapshots>();
        services.AddSingleton<Workflow, CreateImage>();
        services.AddSingleton<Workflow, RescueServer>();
        services.AddSingleton<Workflow, UnrescueServer>();
        services.AddSingleton<Workflow, MigrateServer>();
        services.AddHostedService<Recovery>();
        services.AddHostedService<MachineWatcher>();
        services.AddHostedService<ResizeConfirmer>();
        services.AddSingleton<DiskSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<DiskSweeper>());
        // Resting has a limit of its own, which the host's must not cut short; what follows it is quick.
        services.AddOptions<HostOptions>().Configure<IOptions<ServersOptions>>((host, servers) =>
            host.ShutdownTimeout = servers.Value.RestTimeout + TimeSpan.FromSeconds(20));
        services.AddSingleton<Resting>();
        services.AddHostedService(provider => provider.GetRequiredService<Resting>());
    }
}
