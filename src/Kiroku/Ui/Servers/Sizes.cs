using System.Globalization;

namespace Kiroku.Ui.Servers;

/// <summary>Amounts as people say them.</summary>
public static class Sizes
{
    /// <summary>Memory, given in MiB.</summary>
    public static string Memory(long mib) => mib >= 1024
        ? $"{(mib / 1024.0).ToString("0.#", CultureInfo.InvariantCulture)} GiB" : $"{mib} MiB";

    /// <summary>A disk, given in GiB.</summary>
    public static string Disk(long gib) => $"{gib} GiB";
}
