using Kiroku.Ui.Visits;

namespace Kiroku.Ui.Servers;

/// <summary>The names of servers' images, which servers have only by their ids.</summary>
internal static class ImageNames
{
    /// <summary>
    /// Reads the names in one request, and hidden images' in a second one. An image that is gone, or is not to be seen,
    /// has no name; if names cannot be read now, the ids stand for them.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        ApiClient api, IReadOnlyList<ServerDetail> servers)
    {
        var missing = servers.Select(server => server.Image?.Id).OfType<string>().ToHashSet();
        var names = new Dictionary<string, string>();
        foreach (var hidden in new[] { "false", "true" })
        {
            if (missing.Count == 0)
                break;
            var answer = await api.SendAsync("GET", PathOf(missing, hidden));
            if (!answer.IsGood)
                return missing.ToDictionary(id => id).Concat(names).ToDictionary();
            foreach (var image in answer.Read(ServerPageJson.Default.ImagesDetail).Images)
            {
                names[image.Id] = image.Shown;
                missing.Remove(image.Id);
            }
        }
        return names;
    }

    /// <summary>All that can be seen one by one: others' community images, and shared ones not accepted yet.</summary>
    private static string PathOf(IEnumerable<string> ids, string hidden)
        => Address.Of("/image/v2/images", ("id", $"in:{string.Join(',', ids)}"), ("limit", "1000"),
            ("visibility", "all"), ("member_status", "all"), ("os_hidden", hidden));
}
