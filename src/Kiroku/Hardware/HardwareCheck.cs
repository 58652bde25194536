using Kiroku.Api;

namespace Kiroku.Hardware;

/// <summary>
/// Refuses what no server could be made with, before anything is accepted (nova/compute/api.py,
/// _validate_flavor_image_nostatus).
/// </summary>
internal static class HardwareCheck
{
    /// <param name="wishes">All that is asked for.</param>
    /// <param name="image">The image's name.</param>
    /// <param name="flavor">The flavor's name.</param>
    /// <exception cref="Fault">400 with Nova's words.</exception>
    public static void Require(Wishes wishes, string image, string flavor)
    {
        RequireValues(wishes);
        RequireAgreement(wishes, "virtio_packed_ring", "", "");
        RequireAgreement(wishes, "pmu", $" {image}", $" {flavor}");
        if (wishes.Vcpus > 1)
            RequireAgreement(wishes, "vif_multiqueue_enabled", $" {image}", $" {flavor}");
        CpuShapes.Require(wishes);
        if (wishes.Flavor("hw:serial_port_count") is { } most && most != "0"
            && wishes.ImageNumber("hw_serial_port_count") > wishes.FlavorNumber("hw:serial_port_count"))
            throw Fault.BadRequest("Forbidden to exceed flavor value of number of serial ports passed in image meta.");
        if (wishes.Either("cpu_thread_policy") is not null && wishes.Either("cpu_policy") is null or "shared")
            throw Fault.BadRequest("Cannot set cpu thread pinning policy in a non dedicated cpu pinning policy");
        if (wishes.Image("hw_cpu_policy") is "dedicated" && wishes.Flavor("hw:cpu_policy") is "shared")
            throw Fault.BadRequest("Image property 'hw_cpu_policy' is not permitted to override CPU pinning policy set "
                + "against the flavor");
    }

    /// <exception cref="Fault">400: a rescue image's properties ask for what is not to be had.</exception>
    public static void RequireRescue(IReadOnlyDictionary<string, string> rescueImage)
    {
        var wishes = new Wishes(rescueImage, new Dictionary<string, string>(), vcpus: 1);
        RequireValues(wishes);
        if (wishes.Image("hw_rescue_device") is { } device and not ("disk" or "cdrom"))
            throw Fault.BadRequest($"Requested rescue device '{device}' is not supported");
        if (wishes.Image("hw_rescue_bus") is { } bus and not ("ide" or "sata" or "scsi" or "usb" or "virtio"))
            throw Fault.BadRequest($"Requested rescue bus '{bus}' is not supported by virt type 'qemu'");
        if (wishes.Image("hw_rescue_device") is "cdrom" && wishes.Image("hw_rescue_bus") is "virtio")
            throw Fault.BadRequest("Requested rescue bus 'virtio' has no cdrom: leave it out, or rescue with a disk");
    }

    private static void RequireValues(Wishes wishes)
    {
        foreach (var (wish, _, value) in wishes.OfImage)
        {
            if (wish.Value.RefusalInImage(value) is not { } refusal)
                continue;
            throw Fault.BadRequest(wish.Name == "img_config_drive"
                ? $"Image's config drive option '{value}' is invalid"
                : $"Invalid image metadata. Error: {refusal}");
        }
        foreach (var (wish, name, value) in wishes.OfFlavor)
        {
            if (wish.Effect != WishEffect.None && wish.Value.RefusalInFlavor(value) is { } refusal)
                throw Fault.BadRequest($"Invalid flavor extra spec. Error: {name}: {refusal}");
        }
        foreach (var unit in (string[])["bytes", "iops"])
        {
            if (wishes.Quota($"disk_total_{unit}_sec") > 0
                && (wishes.Quota($"disk_read_{unit}_sec") > 0 || wishes.Quota($"disk_write_{unit}_sec") > 0))
                throw Fault.BadRequest($"Invalid flavor extra spec. Error: quota:disk_total_{unit}_sec cannot be set "
                    + "beside the limits of reading and writing.");
        }
    }

    private static void RequireAgreement(Wishes wishes, string name, string image, string flavor)
    {
        if (wishes.Image($"hw_{name}") is { } ofImage && wishes.Flavor($"hw:{name}") is { } ofFlavor
            && YesOrNo.IsTrue(ofImage) != YesOrNo.IsTrue(ofFlavor))
        {
            throw Fault.BadRequest($"Flavor{flavor} has hw:{name} extra spec explicitly set to {PythonOf(ofFlavor)}, "
                + $"conflicting with image{image} which has hw_{name} explicitly set to {PythonOf(ofImage)}.");
        }
    }

    private static string PythonOf(string truth) => YesOrNo.IsTrue(truth) ? "True" : "False";
}
