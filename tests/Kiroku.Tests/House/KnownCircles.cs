namespace Kiroku.Tests.House;

/// <summary>The circles that there still are. A list that only becomes shorter.</summary>
internal static class KnownCircles
{
    /// <summary>Two files that are one thing, and why.</summary>
    public static readonly IReadOnlyDictionary<string, string> Pairs = new Dictionary<string, string>();

    public static readonly string[] Folders =
    [
        "Identity Identity/Accounts Identity/Keystone",
        "Servers Servers/Remote Servers/Work",
        "Hypervisors Hypervisors/Libvirt",
    ];

    public static readonly string[] Files =
    [
        "Servers/DiskMove.cs Servers/Placing.cs Servers/Remote/DiskTransfer.cs Servers/Remote/HostGrain.cs " +
            "Servers/Remote/LocalHost.cs Servers/Remote/RemoteHost.cs Servers/Remote/ServerHosts.cs " +
            "Servers/ServerGrain.cs Servers/ServerQuery.cs Servers/ServerRow.cs Servers/ServerStore.cs " +
            "Servers/ServerWork.cs Servers/StrayMachines.cs Servers/UsageApi.cs Servers/Work/CreateImage.cs " +
            "Servers/Work/CreateServer.cs Servers/Work/MovingWorkflow.cs Servers/Work/RebootServer.cs " +
            "Servers/Work/RebuildServer.cs Servers/Work/RescueServer.cs Servers/Work/ResetState.cs " +
            "Servers/Work/StopServer.cs Servers/Work/UnshelveServer.cs Servers/Workflow.cs " +
            "Servers/WorkflowRunner.cs Servers/Workflows.cs",
        "Hypervisors/Libvirt/ConsoleFiles.cs Hypervisors/Libvirt/DaemonAccount.cs " +
            "Hypervisors/Libvirt/DaemonProcess.cs Hypervisors/Libvirt/DiskBases.cs " +
            "Hypervisors/Libvirt/DiskHeader.cs Hypervisors/Libvirt/Domains.cs Hypervisors/Libvirt/ImageFile.cs " +
            "Hypervisors/Libvirt/IsolatedStart.cs Hypervisors/Libvirt/LibvirtConnection.cs " +
            "Hypervisors/Libvirt/LibvirtTarget.cs Hypervisors/Libvirt/MachineLabels.cs " +
            "Hypervisors/Libvirt/MachineUids.cs Hypervisors/Libvirt/MachineXml.cs " +
            "Hypervisors/Libvirt/PoolVolumes.cs Hypervisors/Libvirt/Pools.cs " +
            "Hypervisors/Libvirt/PrivateFolders.cs Hypervisors/Libvirt/PrivateLibvirtd.cs " +
            "Hypervisors/Libvirt/ReclaimedFiles.cs Hypervisors/Libvirt/Session.cs " +
            "Hypervisors/Libvirt/SessionEvents.cs Hypervisors/Libvirt/UidRange.cs " +
            "Hypervisors/Libvirt/UidsInUse.cs Hypervisors/Libvirt/VolumeDownload.cs Hypervisors/Libvirt/Work.cs",
        "Servers/AddressesApi.cs Servers/AttachmentsApi.cs Servers/ConsoleOutput.cs Servers/PasswordChange.cs " +
            "Servers/ServerActionsApi.cs Servers/ServerLocks.cs Servers/ServerMetadataApi.cs " +
            "Servers/ServerNotes.cs Servers/ServerSchemas.cs Servers/ServerTagsApi.cs Servers/ServersApi.cs",
        "Hosts/Host.cs Hosts/HostRemoval.cs Hosts/HostWatch.cs Hosts/HostsOptions.cs Hosts/NodeSelf.cs " +
            "Hosts/ServicesApi.cs Hosts/Zones.cs",
        "Identity/Account.cs Identity/Accounts/ApplicationCredential.cs Identity/Caller.cs Identity/Policy.cs " +
            "Identity/SignIn.cs",
        "Hypervisors/Libvirt/Handles.cs Hypervisors/Libvirt/LibvirtException.cs Hypervisors/Libvirt/Native.cs",
        "Cluster/Acquaintance.cs Cluster/Introductions.cs",
        "Cluster/Joining.cs Cluster/NodeProbe.cs",
        "Identity/Bootstrap.cs Identity/CloudsFile.cs",
        "Servers/ActionRequest.cs Servers/AnswerForm.cs",
        "Servers/Server.cs Servers/ServerStates.cs",
    ];
}
