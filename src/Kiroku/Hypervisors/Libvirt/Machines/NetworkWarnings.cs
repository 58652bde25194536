using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>Warns in the log where guests can reach the host, so that nobody leaves that so without knowing.</summary>
internal sealed partial class NetworkWarnings(LibvirtConnection connection, MachineNetwork network, ILogger logger)
{
    /// <summary>Warns of the setting, or else of machines that still run with the card of an earlier one.</summary>
    public async Task WarnAsync()
    {
        try
        {
            await connection.Connected;
            if (network.Kind == NetworkKind.User)
                LogSetting();
            else
                await WarnOfMachinesAsync();
        }
        catch (Exception e) when (e is ConnectionException or HypervisorException or LibvirtException
            or OperationCanceledException or ObjectDisposedException)
        {
            LogUnknown(e.Message);
        }
    }

    private async Task WarnOfMachinesAsync()
    {
        foreach (var machine in await connection.CallAsync(NetworkIsolation.ListReachingHost, CancellationToken.None))
            LogMachine(machine);
    }

    [LoggerMessage(LogLevel.Warning,
        "Hypervisors:Network is user: guests can reach whatever listens on this machine, on its loopback addresses as "
        + "well.")]
    private partial void LogSetting();

    [LoggerMessage(LogLevel.Warning,
        "Machine {Machine} was started with the network card of an earlier setting or version and can reach whatever "
        + "listens on this machine, until it is stopped and started, rebooted, or suspended and resumed.")]
    private partial void LogMachine(Guid machine);

    [LoggerMessage(LogLevel.Debug,
        "Machines were not looked through for network cards of an earlier setting: {Reason}")]
    private partial void LogUnknown(string reason);
}
