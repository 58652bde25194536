using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>Hears of nothing: for a session that is only looked at, or told to switch machines off.</summary>
internal sealed class DeafListener : ISessionListener
{
    public void MachineChanged(MachineChange change)
    {
    }

    public void SessionClosed(Session session)
    {
    }
}
