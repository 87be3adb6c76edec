export { type MotoServer as Moto, startMoto } from "@spawn/result-store/testing";
