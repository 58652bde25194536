using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>Ignores a session's events, where a session is only tried or told to switch machines off.</summary>
internal sealed class DeafListener : ISessionListener
{
    public void MachineChanged(MachineChange change)
    {
    }

    public void SessionClosed(Session session)
    {
    }
}
