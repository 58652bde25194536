using System.Xml.Linq;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>A volume's definition as libvirt reads it.</summary>
internal static class VolumeXml
{
    public static string Of(string name, long bytes, VolumeFormat format) => New(name, bytes, format).ToString();

    public static string OverlayOf(string name, long bytes, string basePath, VolumeFormat baseFormat)
    {
        var volume = New(name, bytes, VolumeFormat.Qcow2);
        volume.Add(new XElement("backingStore", new XElement("path", basePath), FormatOf(baseFormat)));
        return volume.ToString();
    }

    /// <summary>The definition with rights, and the daemon as the volume's owner.</summary>
    public static string WithRights(string xml, string mode, uint group)
    {
        var volume = XElement.Parse(xml);
        volume.Element("target")!.Add(new XElement("permissions",
            new XElement("mode", mode), new XElement("owner", 0), new XElement("group", group)));
        return volume.ToString();
    }

    private static XElement New(string name, long bytes, VolumeFormat format) => new("volume",
        new XElement("name", name),
        new XElement("capacity", new XAttribute("unit", "bytes"), bytes),
        new XElement("allocation", 0),
        new XElement("target", FormatOf(format)));

    private static XElement FormatOf(VolumeFormat format)
        => new("format", new XAttribute("type", format == VolumeFormat.Raw ? "raw" : "qcow2"));
}
