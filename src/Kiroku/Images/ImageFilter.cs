using System.Globalization;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>
/// Filters a list of images by the query parameters that Glance supports (glance/db/sqlalchemy/api.py).
/// </summary>
internal sealed class ImageFilter
{
    public const string AnyStatus = "all";
    private static readonly HashSet<string> PagingParameters = ["limit", "marker", "sort", "sort_key", "sort_dir"];
    private static readonly HashSet<string> WithOperators = ["name", "id", "status", "container_format", "disk_format"];
    private static readonly HashSet<string> Ranges = [
        "size_min", "size_max", "min_disk_min", "min_disk_max", "min_ram_min", "min_ram_max"];

    private readonly List<Predicate<Image>> conditions = [];
    private string? visibility;
    private bool hidden;

    /// <summary>The member status of shared images to show.</summary>
    public string MemberStatus { get; private set; } = Images.MemberStatus.Accepted;

    /// <summary>A filter for images of that name.</summary>
    public static ImageFilter Named(string name)
    {
        var filter = new ImageFilter();
        filter.conditions.Add(image => image.Name == name);
        return filter;
    }

    /// <summary>A filter for images with these properties, of whatever name and status.</summary>
    public static ImageFilter WithProperties(IReadOnlyDictionary<string, string> properties)
    {
        var filter = new ImageFilter();
        foreach (var (name, value) in properties)
            filter.conditions.Add(image => ValueOf(image, name) == value);
        return filter;
    }

    /// <exception cref="Fault">400 for an invalid value.</exception>
    public static ImageFilter Read(IQueryCollection query)
    {
        var filter = new ImageFilter();
        foreach (var (key, values) in query.Where(pair => !PagingParameters.Contains(pair.Key)))
        {
            if (key == "tag")
                filter.conditions.AddRange(
                    values.Select(tag => (Predicate<Image>)(image => image.ReadTags().Contains(tag?.Trim() ?? ""))));
            else
                filter.Add(key, values[^1] ?? "");
        }
        return filter;
    }

    /// <summary>
    /// Whether to show an image that the viewer may see. Others' community images are shown only on request.
    /// </summary>
    public bool Passes(Image image, ImageViewer viewer)
        => image.OsHidden == hidden
            && (visibility is null ? image.Visibility != ImageVisibility.Community || image.Owner == viewer.ProjectId
                : visibility == "all" || image.Visibility == visibility)
            && conditions.TrueForAll(condition => condition(image));

    private void Add(string key, string value)
    {
        if (key == "visibility")
            visibility = OneOf(value, "Invalid visibility value", "community", "public", "private", "shared", "all");
        else if (key == "member_status")
            MemberStatus = OneOf(value, "Invalid status", Images.MemberStatus.Pending, Images.MemberStatus.Accepted,
                Images.MemberStatus.Rejected, AnyStatus);
        else if (key == "os_hidden")
            hidden = Truth(key, value, value.ToLowerInvariant());
        else if (key == "changes-since")
            throw Fault.BadRequest("The \"changes-since\" filter is no longer available on v2.");
        else
            conditions.Add(Condition(key, value));
    }

    private static Predicate<Image> Condition(string key, string value)
    {
        if (key == "protected")
            return IsProtected(Truth(key, value, value));
        if (Ranges.Contains(key))
            return Range(key, value);
        if (key is "created_at" or "updated_at")
            return Time(key, value);
        if (WithOperators.Contains(key))
            return Choice(key, value);
        return image => ValueOf(image, key) == value;
    }

    private static Predicate<Image> IsProtected(bool asked) => image => image.Protected == asked;

    private static Predicate<Image> Range(string key, string value)
    {
        if (!long.TryParse(value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bound))
            throw Fault.BadRequest("Unable to filter on a range with a non-numeric value.");
        var attribute = key[..^4];
        return key.EndsWith("_min", StringComparison.Ordinal)
            ? image => NumberOf(image, attribute) >= bound
            : image => NumberOf(image, attribute) <= bound;
    }

    /// <summary>
    /// Compares a time, possibly after an operator such as <c>gte:</c>, in whole seconds, as times are shown.
    /// </summary>
    private static Predicate<Image> Time(string key, string value)
    {
        var (word, text) = IsoTime.TryParse(value, out _) ? ("eq", value) : Split(value);
        if (!IsoTime.TryParse(text, out var bound))
            throw Fault.BadRequest($"Bad \"{key}\" query filter format. Use ISO 8601 DateTime notation.");
        int Compare(Image image) => Seconds(key == "created_at" ? image.CreatedAt : image.UpdatedAt).CompareTo(bound);
        return word switch
        {
            "gt" => image => Compare(image) > 0,
            "gte" => image => Compare(image) >= 0,
            "lt" => image => Compare(image) < 0,
            "lte" => image => Compare(image) <= 0,
            "eq" => image => Compare(image) == 0,
            "neq" => image => Compare(image) != 0,
            _ => throw Fault.BadRequest("Unable to filter on a unknown operator."),
        };
    }

    /// <summary>One value, or those of <c>in:a,b,"c,d"</c>.</summary>
    private static Predicate<Image> Choice(string key, string value)
    {
        var (word, text) = IsoTime.TryParse(value, out _) ? ("eq", value) : Split(value);
        HashSet<string?> choices = word switch
        {
            "eq" => [text],
            "in" => [.. Alternatives(text)],
            _ => throw Fault.BadRequest($"Unable to filter by unknown operator '{word}'."),
        };
        return image => ValueOf(image, key) is { } own && choices.Contains(own);
    }

    private static (string Word, string Text) Split(string value)
        => value.IndexOf(':', StringComparison.Ordinal) is var colon && colon < 0
            ? ("eq", value) : (value[..colon], value[(colon + 1)..]);

    private static List<string> Alternatives(string list)
    {
        var found = new List<string>();
        for (var at = 0; at < list.Length;)
        {
            var quoted = list[at] == '"';
            var from = quoted ? at + 1 : at;
            var quote = Quote(list, from);
            var end = quoted ? quote : list.IndexOf(',', from) is var comma && comma < 0 ? list.Length : comma;
            if (end < 0)
                throw Fault.BadRequest($"Invalid filter value {list}. The quote is not closed.");
            if (!quoted && quote >= 0 && quote < end)
                throw Fault.BadRequest(
                    $"Invalid filter value {list}. There is no comma before opening quotation mark.");
            if (quoted && end + 1 < list.Length && list[end + 1] != ',')
                throw Fault.BadRequest($"Invalid filter value {list}. There is no comma after closing quotation mark.");
            found.Add(list[from..end]);
            at = end + (quoted ? 2 : 1);
        }
        return found;
    }

    /// <summary>The position of the next quotation mark without a backslash before it.</summary>
    private static int Quote(string list, int from)
    {
        for (var at = from; at < list.Length; at++)
        {
            if (list[at] == '"' && (at == 0 || list[at - 1] != '\\'))
                return at;
        }
        return -1;
    }

    private static DateTime Seconds(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));

    private static long? NumberOf(Image image, string attribute) => attribute switch
    {
        "size" => image.Size,
        "min_disk" => image.MinDisk,
        _ => image.MinRam,
    };

    /// <summary>The value of an attribute or of one of the owner's own properties; null if the image has
    /// none.</summary>
    private static string? ValueOf(Image image, string key) => key switch
    {
        "id" => image.Id,
        "name" => image.Name,
        "status" => image.Status,
        "owner" => image.Owner,
        "disk_format" => image.DiskFormat,
        "container_format" => image.ContainerFormat,
        "checksum" => image.Checksum,
        "os_hash_algo" => image.OsHashAlgo,
        "os_hash_value" => image.OsHashValue,
        "size" => image.Size?.ToString(CultureInfo.InvariantCulture),
        "virtual_size" => image.VirtualSize?.ToString(CultureInfo.InvariantCulture),
        "min_disk" => image.MinDisk.ToString(CultureInfo.InvariantCulture),
        "min_ram" => image.MinRam.ToString(CultureInfo.InvariantCulture),
        _ => image.ReadProperties().GetValueOrDefault(key),
    };

    private static string OneOf(string value, string refusal, params ReadOnlySpan<string> allowed)
        => allowed.Contains(value) ? value : throw Fault.BadRequest($"{refusal}: {value}");

    private static bool Truth(string key, string value, string word) => word switch
    {
        "true" => true,
        "false" => false,
        _ => throw Fault.BadRequest($"Invalid value '{value}' for '{key}' filter. Valid values are 'true' or 'false'."),
    };
}
