namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>A machine's name at libvirt: a prefix, so that ours are told from others', and the server's id.</summary>
internal static class MachineNames
{
    public static string Format(Guid machine, string prefix) => prefix + machine.ToString("D");

    public static Guid? Parse(string? name, string prefix)
        => name is not null && name.StartsWith(prefix, StringComparison.Ordinal)
        && Guid.TryParseExact(name.AsSpan(prefix.Length), "D", out var machine)
            ? machine
            : null;
}
