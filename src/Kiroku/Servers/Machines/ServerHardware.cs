using System.Globalization;
using Kiroku.Hardware;
using Kiroku.Hypervisors;
using Kiroku.Images;
using Kiroku.Scheduling;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Machines;

/// <summary>What a server's image and flavor ask of its machine and of its host.</summary>
internal static class ServerHardware
{
    private static readonly TimeSpan LongestShutdown = TimeSpan.FromDays(1);

    /// <summary>A node of the version before says nothing of its host, and reserves no addresses there.</summary>
    private static readonly HostDemand Reserving = new("No host is known to reserve addresses.", _ => true);

    /// <summary>The part of an image's properties that a server keeps; null for none.</summary>
    public static ImageWish? Keep(Image image)
        => ImageProperties.Kept(image.ReadProperties()) is { Count: > 0 } kept ? new ImageWish(image.Id, kept) : null;

    public static Wishes WishesOf(Server server, ServerFlavor flavor) => Of(OfImage(server), flavor);

    /// <summary>What a server of that image and flavor will ask for.</summary>
    public static Wishes WishesOf(Image image, ServerFlavor flavor)
        => Of(ImageProperties.Kept(image.ReadProperties()), flavor);

    /// <summary>The hardware of the server's machine as it starts next; null where nothing is asked for.</summary>
    public static MachineHardware? Of(Server server)
    {
        if (server.RescueImageId is null)
            return ChosenHardware.Of(WishesOf(server, server.Flavor));
        var rescue = ImageWish.Of(server.RescueWish, server.RescueImageId);
        return ChosenHardware.OfRescue(WishesOf(server, server.Flavor), rescue)
            ?? ChosenHardware.Of(Of(rescue, server.Flavor));
    }

    /// <summary>What the server's host must be able to give it with that flavor.</summary>
    public static IReadOnlyList<HostDemand> DemandsOf(Server server, ServerFlavor flavor)
    {
        var demands = HostDemands.Of(WishesOf(server, flavor));
        return server.Labels.FixedIp is null ? demands : [.. demands, Reserving];
    }

    /// <summary>What the server's host must be able to give it for its image alone.</summary>
    public static IReadOnlyList<HostDemand> ImageDemandsOf(Server server)
        => HostDemands.OfImage(WishesOf(server, server.Flavor));

    /// <summary>What the server's host must be able to give its machine while it is rescued.</summary>
    public static IReadOnlyList<HostDemand> RescueDemandsOf(Server server)
    {
        var rescue = ImageWish.Of(server.RescueWish, server.RescueImageId);
        return HostDemands.OfImage(Of(server)?.RescueDevice is null
            ? Of(rescue, server.Flavor) : WishesOf(server, server.Flavor));
    }

    /// <summary>How long the guest may take to switch off, by its image or else by the setting.</summary>
    public static TimeSpan ShutdownTimeoutOf(Server server, TimeSpan setting)
    {
        var text = OfImage(server).GetValueOrDefault("os_shutdown_timeout");
        if (!long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return setting;
        return seconds < LongestShutdown.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestShutdown;
    }

    /// <summary>Whether the image wants its guest's file systems at rest when an image is made of the disk.</summary>
    public static bool RequiresQuiesce(Server server)
        => WishesOf(server, server.Flavor).ImageTruth("os_require_quiesce");

    /// <summary>Whether the image wants a config drive in any case.</summary>
    public static bool RequiresConfigDrive(Image image, ServerFlavor flavor)
        => WishesOf(image, flavor).Image("img_config_drive") == "mandatory";

    private static IReadOnlyDictionary<string, string> OfImage(Server server)
        => ImageWish.Of(server.ImageWish, server.ImageId);

    private static Wishes Of(IReadOnlyDictionary<string, string> image, ServerFlavor flavor)
        => new(image, flavor.ExtraSpecs, flavor.Vcpus);
}
