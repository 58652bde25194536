using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Hardware;

/// <summary>
/// What a host must have for a server, by what its image and flavor ask for. A wish that cannot be honoured anywhere is
/// a demand that no host meets.
/// </summary>
internal static class HostDemands
{
    /// <summary>A node of the version before would make the machine without what was asked for.</summary>
    private static readonly HostDemand Knowing
        = new("No host is known to give machines other hardware than its own choice.", _ => true);

    /// <summary>What image and flavor demand together.</summary>
    public static IReadOnlyList<HostDemand> Of(Wishes wishes)
        => [.. OfImage(wishes), .. wishes.OfFlavor.Select(DemandOf).OfType<HostDemand>()];

    /// <summary>What the image demands of a host that has the server already.</summary>
    public static IReadOnlyList<HostDemand> OfImage(Wishes wishes)
    {
        var demands = wishes.OfImage.Where(asked => !IsOverruled(asked.Name, wishes))
            .Select(DemandOf).OfType<HostDemand>().ToList();
        if (wishes.ImageNumber("hw_video_ram") is var asked && wishes.FlavorNumber("hw_video:ram_max_mb") is var most
            && asked > most)
        {
            demands.Add(Unmet($"The requested amount of video memory {asked} is higher than the maximum allowed by "
                + $"flavor {most}."));
        }
        if (ChosenHardware.Of(wishes) is not null)
            demands.Add(Knowing);
        return demands;
    }

    /// <summary>Whether the flavor decides alone (nova/virt/hardware.py, get_secure_boot_constraint).</summary>
    private static bool IsOverruled(string name, Wishes wishes)
        => name == "os_secure_boot" && wishes.Flavor("os:secure_boot") is not null;

    private static HostDemand? DemandOf(AskedWish asked) => asked.Wish switch
    {
        { Effect: WishEffect.Lacking } lacking => lacking.Asks(asked.Value)
            ? Unmet($"No host has {lacking.Words}, for which {asked.Name} asks.") : null,
        { Effect: WishEffect.Required } required
            => IsMet(required.Name, required.Value.Canonical(asked.Value)) is { } isMet
                ? new HostDemand($"No host offers {asked.Name}={asked.Value}.", isMet) : null,
        _ => null,
    };

    private static HostDemand Unmet(string sentence) => new(sentence, _ => false);

    private static Func<HostAbilities, bool>? IsMet(string name, string value) => name switch
    {
        "hw_architecture" => host => host.Architectures.Contains(value),
        "hw_disk_bus" => host => host.DiskBuses.Contains(value),
        // Libvirt has no cdrom there.
        "hw_cdrom_bus" => host => value != "virtio" && host.DiskBuses.Contains(value),
        "hw_firmware_type" => value == "uefi" ? host => host.HasUefi : null,
        "hw_machine_type" => host => host.MachineTypes.Contains(value),
        "hw_scsi_model" => host => host.ScsiModels.Contains(value),
        "hw_sound_model" or "hw:sound_model" => host => host.SoundModels.Contains(value),
        "hw_video_model" => host => host.VideoModels.Contains(value),
        "hw_vif_model" => host => host.CardModels.Contains(value),
        "hw_vm_mode" => _ => value == "hvm",
        "img_hv_type" => host => host.Kinds.Contains(value),
        "img_hv_requested_version" => host => VersionRange.Has(value, host.Version),
        _ when name.StartsWith("quota:cpu_", StringComparison.Ordinal) => host => host.LimitsCpu,
        _ => throw new NotSupportedException($"No host is asked for {name}."),
    };
}
