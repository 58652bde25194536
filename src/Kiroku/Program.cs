using Kiroku.CommandLine;

// Comes first, because code that opens files fails obscurely when there are too few descriptors.
if (args is ["serve" or "tour", ..] && Descriptors.Shortage() is { } shortage)
{
    Console.Error.WriteLine($"kiroku: {shortage}");
    return 1;
}
return await Commands.RunAsync(args);
