using System.Globalization;
using Kiroku.Api;
using Microsoft.AspNetCore.Http.Extensions;

namespace Kiroku.Images;

/// <summary>The part of a list of images that one answer holds: sorted, after a marker, up to a limit.</summary>
internal sealed class ImagePage
{
    private const int DefaultLimit = 25;
    private const int MaxLimit = 1000;
    private readonly IQueryCollection query;
    private readonly bool full;

    /// <exception cref="Fault">400 for a limit, marker or order that makes no sense.</exception>
    public ImagePage(IQueryCollection query, IEnumerable<Image> images)
    {
        this.query = query;
        var limit = Limit();
        var sorted = Sort(images).ToList();
        Images = [.. AfterMarker(sorted).Take(limit)];
        full = Images.Count > 0 && Images.Count == limit;
    }

    public IReadOnlyList<Image> Images { get; }

    public string First => "/v2/images" + Query(query.Where(pair => pair.Key != "marker"));

    /// <summary>Where the next page is; null when this one is not full.</summary>
    public string? Next => full
        ? "/v2/images" + Query(query.Where(pair => pair.Key != "marker").Append(new("marker", Images[^1].Id)))
        : null;

    private static string Query(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> pairs)
        => new QueryBuilder(pairs.SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? ""))).ToString();

    private int Limit()
    {
        if (query["limit"].FirstOrDefault() is not { } text)
            return DefaultLimit;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit))
            throw Fault.BadRequest("limit param must be an integer");
        return limit >= 0 ? (int)Math.Min(limit, MaxLimit) : throw Fault.BadRequest("limit param must be positive");
    }

    private IEnumerable<Image> AfterMarker(List<Image> sorted)
    {
        if (query["marker"].FirstOrDefault() is not { } marker)
            return sorted;
        var place = sorted.FindIndex(image => image.Id == marker);
        return place >= 0 ? sorted.Skip(place + 1) : throw Fault.BadRequest($"Image {marker} could not be found.");
    }

    private IEnumerable<Image> Sort(IEnumerable<Image> images)
    {
        var orders = Orders().Append(("created_at", true)).Append(("id", true));
        var sorted = images.OrderBy(_ => 0);
        foreach (var (key, descending) in orders)
        {
            Func<Image, object?> value = key switch
            {
                "name" => image => image.Name,
                "status" => image => image.Status,
                "container_format" => image => image.ContainerFormat,
                "disk_format" => image => image.DiskFormat,
                "size" => image => image.Size,
                "id" => image => image.Id,
                "created_at" => image => image.CreatedAt,
                "updated_at" => image => image.UpdatedAt,
                _ => throw Fault.BadRequest(
                    $"Invalid sort key: {key}. It must be one of the following: created_at, disk_format, container_format, id, name, size, status, updated_at."),
            };
            sorted = descending ? sorted.ThenByDescending(value, Ordinal) : sorted.ThenBy(value, Ordinal);
        }
        return sorted;
    }

    /// <summary>From <c>sort=name:asc,size</c>, or from pairs of <c>sort_key</c> and <c>sort_dir</c>.</summary>
    private IEnumerable<(string Key, bool Descending)> Orders()
    {
        if (query["sort"].FirstOrDefault() is { } sort)
            return sort.Split(',').Select(order => order.Split(':')).Select(parts => (parts[0].Trim(), IsDescending(parts.ElementAtOrDefault(1) ?? "desc")));
        var directions = query["sort_dir"];
        return query["sort_key"].Select((key, i) => (key ?? "", IsDescending(directions.Count == 0 ? "desc" : directions[Math.Min(i, directions.Count - 1)])));
    }

    private static bool IsDescending(string? direction) => direction?.Trim() switch
    {
        "desc" => true,
        "asc" => false,
        _ => throw Fault.BadRequest($"Invalid sort direction: {direction}"),
    };

    private static readonly Comparer<object?> Ordinal = Comparer<object?>.Create(
        (a, b) => a is string first && b is string second ? string.CompareOrdinal(first, second) : Comparer<object?>.Default.Compare(a, b));
}
