using Kiroku.Ui.Visits;

namespace Kiroku.Ui.Servers;

/// <summary>The names of servers' images, which servers have only by their ids.</summary>
internal static class ImageNames
{
    /// <summary>
    /// Reads each image once. One that is gone, or is not to be seen, has no name; one that cannot be read now has its
    /// id for a name.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        ApiClient api, IReadOnlyList<ServerDetail> servers)
    {
        var names = new Dictionary<string, string>();
        foreach (var id in servers.Select(server => server.Image?.Id).OfType<string>().Distinct())
        {
            var answer = await api.SendAsync("GET", $"/image/v2/images/{Uri.EscapeDataString(id)}");
            if (answer.IsGood)
                names[id] = answer.Read(ServerPageJson.Default.ImageDetail).Shown;
            else if (answer.Status != StatusCodes.Status404NotFound)
                names[id] = id;
        }
        return names;
    }
}
