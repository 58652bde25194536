namespace Kiroku.Tests;

/// <summary>Removes folders in which services worked.</summary>
internal static class TestFolder
{
    /// <summary>Deletes a folder; tries again if a killed service was just making a file in it.</summary>
    public static void Delete(string path)
    {
        for (var attempt = 1; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException) when (attempt < 10)
            {
            }
        }
    }
}
