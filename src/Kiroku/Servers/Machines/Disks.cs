using System.Globalization;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Machines;

/// <summary>
/// Names of volumes. A server's disk is named by server and generation: a change makes the next generation under its
/// own name, one transaction switches the server's row to it, then the old one is deleted.
/// </summary>
internal static class Disks
{
    private const string DiskPrefix = "disk-";
    private const string ConfigPrefix = "config-";
    private const string BasePrefix = "image-";

    public static string NameOf(Guid server, int generation)
        => string.Create(CultureInfo.InvariantCulture, $"{DiskPrefix}{server}-{generation}");

    /// <summary>The disk that a rescued server runs from.</summary>
    public static string RescueOf(Guid server) => $"{DiskPrefix}{server}-rescue";

    /// <summary>The copy that an image is being made of.</summary>
    public static string SnapshotOf(Guid server) => $"{DiskPrefix}{server}-snapshot";

    /// <summary>The config drive, which is changed in the same way.</summary>
    public static string ConfigOf(Guid server, int generation)
        => string.Create(CultureInfo.InvariantCulture, $"{ConfigPrefix}{server}-{generation}");

    /// <summary>The volume that holds an image's content; disks are overlays on it.</summary>
    public static string BaseOf(string imageId) => BasePrefix + imageId;

    /// <summary>The server that a volume belongs to, as its name says; null if it belongs to none.</summary>
    public static Guid? ServerOf(string volume) => ServerOf(volume, DiskPrefix) ?? ServerOf(volume, ConfigPrefix);

    /// <summary>
    /// Whether the server's row names the volume on that host: as its disk, its former disk, its rescue disk or its
    /// config drive.
    /// </summary>
    public static bool Names(Server server, string volume, string host)
    {
        var (here, before) = (server.Disk?.Host == host, server.Former?.Disk.Host == host);
        return (here && server.Disk is { } present && volume == NameOf(server.Id, present.Generation))
            || (before && server.Former is { } former && volume == NameOf(server.Id, former.Disk.Generation))
            || (here && server.RescueImageId is not null && volume == RescueOf(server.Id))
            || ((here || before) && server.ConfigGeneration is { } config && volume == ConfigOf(server.Id, config));
    }

    /// <summary>The image that a volume holds, as its name says; null if it holds none.</summary>
    public static string? ImageOf(string volume)
        => volume.StartsWith(BasePrefix, StringComparison.Ordinal) ? volume[BasePrefix.Length..] : null;

    private static Guid? ServerOf(string volume, string prefix)
        => volume.StartsWith(prefix, StringComparison.Ordinal)
            && volume.Length > prefix.Length + 37
            && Guid.TryParse(volume.AsSpan(prefix.Length, 36), out var server) ? server : null;
}
