namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>The network that the machines' one card leads to, as the setting says it.</summary>
internal sealed record MachineNetwork(NetworkKind Kind, string Name)
{
    /// <summary>A network of QEMU's own for each machine, which leads nowhere.</summary>
    public const string Isolated = "isolated";

    /// <summary>
    /// A network of QEMU's own for each machine, whose traffic goes on as the host's own connections, to the host's
    /// loopback, too.
    /// </summary>
    public const string User = "user";

    private const string None = "none";
    private const string Bridge = "bridge:";

    /// <summary>Whether libvirt hands out the addresses, and so knows them.</summary>
    public bool IsLeased => Kind == NetworkKind.Libvirt;

    public static MachineNetwork Parse(string setting) => setting switch
    {
        None => new(NetworkKind.None, setting),
        Isolated => new(NetworkKind.Isolated, setting),
        User => new(NetworkKind.User, setting),
        _ when setting.StartsWith(Bridge, StringComparison.Ordinal)
            => new(NetworkKind.Bridge, setting[Bridge.Length..]),
        _ => new(NetworkKind.Libvirt, setting),
    };
}
