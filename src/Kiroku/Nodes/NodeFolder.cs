using System.Text;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>
/// The id of a data folder, kept in it. It tells a node that starts again from another node of its name.
/// </summary>
internal static class NodeFolder
{
    /// <summary>The folder's id, made if it has none yet.</summary>
    public static string IdOf(string folder)
    {
        var file = Path.Combine(folder, "node-id");
        if (File.Exists(file) && Guid.TryParse(File.ReadAllText(file), out var kept))
            return kept.ToString();
        var made = Guid.NewGuid().ToString();
        DurableFile.WriteAll(file, Encoding.ASCII.GetBytes($"{made}\n"));
        return made;
    }
}
