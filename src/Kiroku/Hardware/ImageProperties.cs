namespace Kiroku.Hardware;

/// <summary>Reads what an image's properties ask for, whichever of their names and forms it uses.</summary>
internal static class ImageProperties
{
    /// <summary>A property of VMware's from which Nova takes the disk's bus.</summary>
    private const string VmwareAdapter = "vmware_adaptertype";

    /// <summary>
    /// As much of a value as Nova keeps with a server (nova/utils.py, get_system_metadata_from_image).
    /// </summary>
    private const int LongestValue = 255;

    private static readonly Dictionary<string, Wish> Plain = ImageWishes.All
        .Where(wish => !wish.HasFreePart).ToDictionary(wish => wish.Name);

    private static readonly IReadOnlyList<Wish> Free = [.. ImageWishes.All.Where(wish => wish.HasFreePart)];

    /// <summary>
    /// The properties that mean something here, long values cut off: each server of the image has a copy of them.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Kept(IReadOnlyDictionary<string, string> properties)
        => properties.Where(pair => pair.Key == VmwareAdapter || ImageWishes.OlderNames.ContainsKey(pair.Key)
            || Find(pair.Key) is not null).ToDictionary(pair => pair.Key, pair => Shortened(pair.Value));

    /// <summary>The properties by their present names; where an image has both, its present name counts.</summary>
    public static IReadOnlyDictionary<string, string> Named(IReadOnlyDictionary<string, string> properties)
    {
        var named = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (older, name) in ImageWishes.OlderNames)
        {
            if (properties.TryGetValue(older, out var value))
                named[name] = value;
        }
        if (properties.TryGetValue(VmwareAdapter, out var adapter) && adapter.Length > 0)
        {
            named["hw_disk_bus"] = adapter == "ide" ? "ide" : "scsi";
            if (adapter != "ide")
                named["hw_scsi_model"] = adapter;
        }
        foreach (var (name, value) in properties.Where(pair => Find(pair.Key) is not null))
            named[name] = value;
        return named;
    }

    /// <summary>The wish of that name; null for a property without a meaning.</summary>
    public static Wish? Find(string name)
        => Plain.GetValueOrDefault(name) ?? Free.FirstOrDefault(wish => wish.Matches(name));

    private static string Shortened(string value) => value.Length > LongestValue ? value[..LongestValue] : value;
}
