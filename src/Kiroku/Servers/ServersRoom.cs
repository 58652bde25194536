using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Networks;
using Kiroku.Nodes;
using Kiroku.Quotas;
using Kiroku.Servers.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Groups;
using Kiroku.Servers.Lists;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Servers.Upkeep;
using Kiroku.Servers.Work;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers;

/// <summary>Puts servers together: every action is one <see cref="Workflow"/> here.</summary>
internal static class ServersRoom
{
    public static void AddServers(this IServiceCollection services)
    {
        services.AddOptions<ServersOptions>().BindConfiguration(ServersOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddRules(typeof(ServerRules));
        services.AddRules(typeof(ServerGroupRules));
        services.AddSingleton<ServerStore>();
        services.AddSingleton<ServerLists>();
        services.AddSingleton<IProjectUsage, ServerUsage>();
        services.AddSingleton<IServerCards, ServerCards>();
        services.AddSingleton<IRecordedServers, RecordedServers>();
        services.AddSingleton<IServersOnHosts, ServersOnHosts>();
        services.AddSingleton<ServerGroupStore>();
        services.AddSingleton<WatchedServers>();
        services.AddSingleton<ServerGrains>();
        services.AddSingleton<RequestSealer>();
        services.AddSingleton<ServerCreation>();
        services.AddSingleton<CardChoice>();
        services.AddSingleton<GroupChoice>();
        services.AddSingleton<GroupFilters>();
        services.AddSingleton<ServerImages>();
        services.AddSingleton<InstantActions>();
        services.AddSingleton<Cancelling>();
        services.AddSingleton<ServerNotes>();
        services.AddSingleton<ServerInterfaces>();
        services.AddSingleton<LocalHost>();
        services.AddSingleton<DiskReader>();
        services.AddSingleton<DiskTransfer>();
        services.AddSingleton<HostPatience>();
        services.AddSingleton<HostPresence>();
        services.AddSingleton<ServerHosts>();
        services.AddSingleton<Placing>();
        services.AddSingleton<KeptVolumes>();
        services.AddSingleton<StrayMachines>();
        services.AddSingleton<StrayWatch>();
        services.AddSingleton<WorkflowRunner>();
        services.AddSingleton<Workflows>();
        services.AddWorkflow<CreateServer>();
        services.AddWorkflow<DeleteServer>();
        services.AddWorkflow<StartServer>();
        services.AddWorkflow<StopServer>();
        services.AddWorkflow<RebootServer>();
        services.AddWorkflow<RebuildServer>();
        services.AddWorkflow<ResizeServer>();
        services.AddWorkflow<ConfirmResize>();
        services.AddWorkflow<RevertResize>();
        services.AddWorkflow<ShelveServer>();
        services.AddWorkflow<UnshelveServer>();
        services.AddWorkflow<PauseServer>();
        services.AddWorkflow<UnpauseServer>();
        services.AddWorkflow<SuspendServer>();
        services.AddWorkflow<ResumeServer>();
        services.AddWorkflow<ResetState>();
        services.AddSingleton<Snapshots>();
        services.AddWorkflow<CreateImage>();
        services.AddWorkflow<CreateBackup>();
        services.AddWorkflow<RescueServer>();
        services.AddWorkflow<UnrescueServer>();
        services.AddWorkflow<MigrateServer>();
        services.AddWorkflow<TriggerCrashDump>();
        services.AddAction<LockServer>();
        services.AddAction<UnlockServer>();
        services.AddAction<ConsoleOutput>();
        services.AddAction<PasswordChange>();
        services.AddAction<AddSecurityGroup>();
        services.AddAction<RemoveSecurityGroup>();
        services.AddAction<AddFloatingIp>();
        services.AddAction<RemoveFloatingIp>();
        services.AddAction<AddFixedIp>();
        services.AddAction<RemoveFixedIp>();
        services.AddAction<InjectNetworkInfo>();
        services.AddAction<ResetNetwork>();
        services.AddUnsupported("os-migrateLive", ServerRules.MigrateLive);
        services.AddUnsupported("evacuate", ServerRules.Evacuate);
        // Servers are deleted at once, and shelving takes them off their hosts, as by Nova's defaults: none is in these
        // states.
        services.AddUnsupported("restore", ServerRules.Restore, new StateRule(VmStates.SoftDeleted));
        services.AddUnsupported("shelveOffload", ServerRules.ShelveOffload, new StateRule(VmStates.Shelved));
        foreach (var kind in ConsoleKind.All)
            services.AddConsole(kind);
        services.AddSingleton<ServerActionsApi>();
        services.AddHostedService<Recovery>();
        services.AddSingleton<MachineStates>();
        services.AddHostedService<MachineWatcher>();
        services.AddHostedService<ResizeConfirmer>();
        services.AddSingleton<FilterKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<FilterKeeper>());
        services.AddSingleton<DiskSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<DiskSweeper>());
        // Resting has a time limit of its own, which the host's must not cut short. The rest of the shutdown is quick.
        services.AddOptions<HostOptions>().Configure<IOptions<ServersOptions>>((host, servers) =>
            host.ShutdownTimeout = servers.Value.RestTimeout + TimeSpan.FromSeconds(20));
        services.AddSingleton<WorkInHand>();
        services.AddSingleton<Resting>();
        services.AddSingleton<IDraining>(provider => provider.GetRequiredService<Resting>());
        services.AddHostedService(provider => provider.GetRequiredService<Resting>());
    }

    /// <summary>An action that is done in steps, with its rules.</summary>
    private static void AddWorkflow<TWorkflow>(this IServiceCollection services)
        where TWorkflow : Workflow
    {
        services.AddSingleton<Workflow, TWorkflow>();
        services.AddRules(typeof(TWorkflow));
    }

    /// <summary>An action that is complete when it is answered, with its rules.</summary>
    private static void AddAction<TAction>(this IServiceCollection services)
        where TAction : class, IServerAction
    {
        services.AddSingleton<IServerAction, TAction>();
        services.AddRules(typeof(TAction));
    }

    /// <summary>An action that Nova has and Kiroku does not, with the states that Nova allows it in.</summary>
    private static void AddUnsupported(
        this IServiceCollection services, string key, Rule rule, StateRule? allowed = null)
        => services.AddSingleton<IServerAction>(provider => new UnsupportedAction(
            key, rule, provider.GetRequiredService<ServerStore>())
        {
            Allowed = allowed,
        });

    private static void AddConsole(this IServiceCollection services, ConsoleKind kind)
        => services.AddSingleton<IServerAction>(provider => new GetConsole(
            kind, provider.GetRequiredService<ServerStore>()));
}
