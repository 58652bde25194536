using Kiroku.CommandLine;

return await Commands.RunAsync(args);
